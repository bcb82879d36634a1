import { type CaptureProgram } from "../program.js";

/** The first words of every version of the plugin: how an install knows its own file again. */
const MARK = "// agentlog: records OpenCode sessions.";

/** What the plugin sends, by OpenCode's own names; not the events that come with every piece of an answer. */
export const PLUGIN_EVENTS: readonly string[] = [
  "session.created",
  "session.deleted",
  "session.idle",
  "session.compacted",
  "session.error",
  "chat.message",
  "tool.execute.before",
  "tool.execute.after",
];

/** True for a plugin file of ours, of any version. */
export function isOpencodePlugin(text: string): boolean {
  return text.startsWith(MARK);
}

/** True when a plugin file is, but for the paths in it, what this version writes. */
export function isUntouchedPlugin(text: string): boolean {
  const [, node, hook] = /^const NODE = (".*");\nconst HOOK = (".*");$/m.exec(text) ?? [];
  if (node === undefined || hook === undefined) return false;
  try {
    return opencodePlugin({ node: JSON.parse(node) as string, hook: JSON.parse(hook) as string }) === text;
  } catch {
    return false;
  }
}

/**
 * The plugin's whole text. It imports nothing but Node's `child_process`, which Bun has too, starts the capture program
 * with `{hook_event_name, session_id, cwd, timestamp, properties}` on its stdin, and waits for nothing: whatever goes
 * wrong there, OpenCode goes on. One default export serves 1.18 (`server`) and 2 (`setup`): both read no other.
 */
export function opencodePlugin({ node, hook }: CaptureProgram): string {
  return `${MARK}
// Written by \`agentlog install opencode\`; \`agentlog uninstall opencode\` removes it.
import { spawn } from "node:child_process";

const NODE = ${JSON.stringify(node)};
const HOOK = ${JSON.stringify(hook)};
const EVENTS = new Set(${JSON.stringify(PLUGIN_EVENTS.filter((event) => event.startsWith("session.")))});

function send(name, session, cwd, properties) {
  try {
    const payload = { hook_event_name: name, session_id: session, cwd, timestamp: new Date().toISOString(), properties };
    const child = spawn(NODE, [HOOK, "opencode"], { detached: true, stdio: ["pipe", "ignore", "ignore"] });
    child.on("error", () => {});
    child.stdin.on("error", () => {});
    child.stdin.end(JSON.stringify(payload) + "\\n");
    child.unref();
  } catch {
    // Recording must never stop the work.
  }
}

function onEvent(event, cwd) {
  if (!EVENTS.has(event?.type)) return;
  const data = event.properties ?? event.data ?? {};
  const session = data.sessionID ?? data.info?.id;
  if (typeof session === "string") send(event.type, session, data.info?.directory ?? cwd, data);
}

async function server({ directory }) {
  return {
    event: async ({ event }) => onEvent(event, directory),
    "chat.message": async (input, output) =>
      send("chat.message", input.sessionID, directory, { ...input, message: output?.message, parts: output?.parts }),
    "tool.execute.before": async (input, output) =>
      send("tool.execute.before", input.sessionID, directory, { ...input, args: output?.args }),
    "tool.execute.after": async (input, output) =>
      send("tool.execute.after", input.sessionID, directory, { ...input, title: output?.title, output: output?.output, metadata: output?.metadata }),
  };
}

async function setup(context) {
  const cwd = process.cwd();
  const stop = new AbortController();
  for (const name of ["execute.before", "execute.after"]) {
    await context.tool?.hook?.(name, (event) => {
      const { sessionID, tool, callID, toolCallID, input, result, output, status, error } = event;
      send("tool." + name, sessionID, cwd, { sessionID, tool, callID: callID ?? toolCallID, args: input, output: output ?? result, status, error });
    });
  }
  const follow = async () => {
    for await (const event of context.event.subscribe({ signal: stop.signal })) {
      if (stop.signal.aborted) return;
      onEvent(event, cwd);
    }
  };
  follow().catch(() => {});
  return () => stop.abort();
}

export default { id: "agentlog", server, setup };
`;
}
