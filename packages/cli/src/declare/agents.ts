import { type Declare } from "../program.js";

/** The commands that tie agentlog to coding agents. */
export function declareAgents({ define, action }: Declare): void {
  const agents = "claude, codex, gemini, opencode or copilot";
  define(
    "install <agent>",
    `put agentlog into an agent's hooks, to record its sessions as they go: ${agents}`,
    "agentlog install claude",
    "agentlog install codex --dry-run",
  )
    .option("--scope <scope>", "user: for all your sessions; project: for those in this repository", "user")
    .option("--dry-run", "print what would change, and change nothing")
    .action(action(async () => (await import("../commands/install.js")).install));
  define("uninstall <agent>", "take the hooks out of an agent's settings again", "agentlog uninstall claude")
    .option("--scope <scope>", "where it was installed: user or project", "user")
    .option("--dry-run", "print what would change, and change nothing")
    .action(action(async () => (await import("../commands/uninstall.js")).uninstall));
  // The launcher runs it without loading any of this; it is here to be listed and helped with.
  define(
    "hook <agent>",
    "what an installed hook runs: keeps the payload on stdin; never prints, fails or waits",
    'echo \'{"session_id":"x"}\' | agentlog hook claude',
  ).action(action(async () => async () => 0));
}
