import path from "node:path";
import { quoteForShell } from "../command-line.js";
import { type Place, configFolder, homeFolder, projectFolder } from "../place.js";
import { type InstallScope, type SettingsTarget } from "../target.js";
import { requirePosixShell } from "./posix-shell.js";

/** Seconds. */
const TIMEOUT = 10;

/** Events of Codex CLI 0.169.0, which has none for a session's end. */
const EVENTS: readonly string[] = [
  "SessionStart",
  "UserPromptSubmit",
  "PreToolUse",
  "PermissionRequest",
  "PostToolUse",
  "SubagentStart",
  "SubagentStop",
  "PreCompact",
  "PostCompact",
  "Stop",
];

/**
 * Codex CLI: hooks.json, whose root Codex lets hold `description` and `hooks` only. A handler has one command line, run by
 * the user's shell, and no argument list; so its words are quoted for a POSIX shell.
 */
export function codexTarget(scope: InstallScope, place: Place): SettingsTarget {
  const user = scope === "user";
  const folder = user ? configFolder(place, "CODEX_HOME", ".codex") : path.join(projectFolder(place), ".codex");
  return {
    kind: "settings",
    agent: "codex",
    scope,
    file: path.join(folder, "hooks.json"),
    boundaries: user ? [homeFolder(place), folder] : [projectFolder(place)],
    nesting: "groups",
    comments: false,
    fresh: {},
    events: EVENTS,
    notes: [
      "Codex asks once whether to trust new hooks: answer it, or open /hooks",
      ...(user ? [] : ["it holds paths of this machine: keep it out of the repository"]),
    ],
    check: () => requirePosixShell("codex"),
    handler: (_event, { node, hook }) => ({
      type: "command",
      command: quoteForShell([node, hook, "codex"]),
      timeout: TIMEOUT,
    }),
  };
}
