import { type Declare } from "../program.js";

/** The commands that tie agentlog to coding agents. */
export function declareAgents({ define, action }: Declare): void {
  const agents = "claude, codex, gemini, opencode or copilot";
  define(
    "install <agent>",
    `have an agent's hooks tell agentlog what it does: ${agents}`,
    "agentlog install claude",
    "agentlog install codex --dry-run",
  )
    .option("--scope <scope>", "user: everywhere; project: this folder's repository", "user")
    .option("--dry-run", "print what would change, and change nothing")
    .action(action(async () => (await import("../commands/install.js")).install));
  define("uninstall <agent>", "take the hooks out of an agent's settings again", "agentlog uninstall claude")
    .option("--scope <scope>", "user or project", "user")
    .option("--dry-run", "print what would change, and change nothing")
    .action(action(async () => (await import("../commands/uninstall.js")).uninstall));
  // The launcher runs it without loading any of this; it is here to be listed and helped with.
  define(
    "hook <agent>",
    "capture a hook's payload from stdin; never prints, never fails, never waits",
    'echo \'{"session_id":"x"}\' | agentlog hook claude',
  ).action(action(async () => async () => 0));
}
