import { describe, expect, it } from "vitest";
import { TOOL_KINDS, toToolKind, type ToolKind } from "./index.js";

const NAMES: { readonly [K in ToolKind]: readonly string[] } = {
  shell: [
    "Bash",
    "bash",
    "exec_command",
    "shell",
    "local_shell",
    "container.exec",
    "run_shell_command",
    "write_stdin",
    "PowerShell",
  ],
  "file-read": ["Read", "read", "read_file", "read_many_files", "view", "view_image"],
  "file-write": ["Write", "write", "write_file", "create"],
  "file-edit": ["Edit", "edit", "MultiEdit", "apply_patch", "replace", "str_replace_editor", "patch"],
  search: ["Grep", "Glob", "LS", "list", "grep", "list_directory", "search_file_content", "grep_files"],
  "sub-agent": ["Task", "Agent", "task", "spawn_agent", "delegate_to_agent"],
  web: ["WebFetch", "WebSearch", "webfetch", "web_fetch", "google_web_search", "web_search"],
  notebook: ["NotebookEdit", "NotebookRead"],
  other: [
    "TodoWrite",
    "update_plan",
    "save_memory",
    "mcp__github__search",
    "",
    "__proto__",
    "constructor",
    "../x",
    "\u0000",
  ],
};

describe("toToolKind", () => {
  it.each(TOOL_KINDS.map((kind) => [kind]))("%s", (kind) => {
    for (const name of NAMES[kind]) expect([name, toToolKind(name)]).toEqual([name, kind]);
  });
});
