import path from "node:path";
import { quoteForShell } from "../command-line.js";
import { type Place, configFolder, homeFolder, projectFolder } from "../place.js";
import { type InstallScope, type SettingsTarget } from "../target.js";
import { requirePosixShell } from "./posix-shell.js";

/** Seconds. */
const TIMEOUT = 10;

/**
 * Events of GitHub Copilot CLI 1.x, by GitHub's hooks reference of autumn 2026. The names with a capital make it send the
 * event's name in the payload. Neither `PreToolUse` nor `PermissionRequest`: there a hook that fails denies the tool, and
 * a recorder whose path is gone must not stop anybody's work; `PostToolUse` has the same input.
 */
const EVENTS: readonly string[] = [
  "SessionStart",
  "SessionEnd",
  "UserPromptSubmit",
  "PostToolUse",
  "PostToolUseFailure",
  "SubagentStop",
  "PreCompact",
  "Stop",
  "ErrorOccurred",
];

/**
 * Copilot CLI: for the user a hooks file of our own, with the program and its arguments; for a project the `hooks` of
 * `.github/copilot/settings.local.json`, the one place there that is not shared. In settings one handler that a version
 * does not know makes it refuse them all, so there it is a command line for bash, which every version knows.
 */
export function copilotTarget(scope: InstallScope, place: Place): SettingsTarget {
  const base = {
    kind: "settings",
    agent: "copilot",
    scope,
    nesting: "handlers",
    comments: true,
    events: EVENTS,
  } as const;
  if (scope === "user") {
    const folder = configFolder(place, "COPILOT_HOME", ".copilot");
    return {
      ...base,
      file: path.join(folder, "hooks", "agentlog.json"),
      boundaries: [homeFolder(place), folder],
      fresh: { version: 1 },
      notes: [],
      handler: (_event, { node, hook }) => ({
        type: "command",
        exec: node,
        args: [hook, "copilot"],
        timeoutSec: TIMEOUT,
      }),
    };
  }
  const project = projectFolder(place);
  return {
    ...base,
    file: path.join(project, ".github", "copilot", "settings.local.json"),
    boundaries: [project],
    fresh: {},
    notes: ["it holds paths of this machine: keep it out of the repository"],
    check: () => requirePosixShell("copilot"),
    handler: (_event, { node, hook }) => ({
      type: "command",
      bash: quoteForShell([node, hook, "copilot"]),
      timeoutSec: TIMEOUT,
    }),
  };
}
