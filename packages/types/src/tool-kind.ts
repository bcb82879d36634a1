/** What a tool does, whatever its agent calls it. `other` holds everything else, MCP tools among it. */
export const TOOL_KINDS = [
  "shell",
  "file-read",
  "file-write",
  "file-edit",
  "search",
  "sub-agent",
  "web",
  "notebook",
  "other",
] as const;

/** One of `TOOL_KINDS`. */
export type ToolKind = (typeof TOOL_KINDS)[number];

// Names as Claude Code, Codex, Gemini CLI, OpenCode and Copilot CLI write them, without case and punctuation.
const NAMES: { readonly [K in Exclude<ToolKind, "other">]: string } = {
  shell:
    "bash bashoutput killbash killshell readbash writebash stopbash listbash shell localshell localshellcall shellcommand " +
    "execcommand unifiedexec writestdin containerexec runshellcommand runinterminal getterminaloutput terminal powershell",
  "file-read": "read readfile readmanyfiles view viewfile viewimage openfile",
  "file-write": "write writefile create createfile",
  "file-edit":
    "edit editfile multiedit applypatch patch replace strreplace strreplaceeditor strreplacebasededittool " +
    "replacestringinfile multireplacestringinfile inserteditintofile",
  search:
    "grep grepsearch grepfiles rg glob ls list listdir listdirectory searchfilecontent filesearch codesearch " +
    "codebasesearch semanticsearch find findfiles",
  "sub-agent":
    "task agent subagent spawnagent resumeagent waitagent closeagent sendinput readagent listagents runsubagent " +
    "delegatetoagent codebaseinvestigator taskoutput agentoutput taskstop",
  web: "webfetch websearch websearchcall googlewebsearch fetch fetchwebpage openurl",
  notebook:
    "notebookedit notebookread editnotebookfile runnotebookcell readnotebookcelloutput createnewjupyternotebook",
};

// A Map, because a tool may be called "constructor".
const KINDS: ReadonlyMap<string, ToolKind> = new Map(
  (Object.keys(NAMES) as (keyof typeof NAMES)[]).flatMap((kind) =>
    NAMES[kind].split(" ").map((name): [string, ToolKind] => [name, kind]),
  ),
);

/**
 * The kind of a tool by the name its agent gives it (`Bash`, `apply_patch`, `container.exec`). Case, `_`, `-` and `.` do
 * not count. A name nobody knows, an MCP tool (`mcp__server__tool`) among them, is `other`.
 */
export function toToolKind(agentToolName: string): ToolKind {
  return KINDS.get(agentToolName.toLowerCase().replace(/[^a-z0-9]/g, "")) ?? "other";
}
