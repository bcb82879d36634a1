import path from "node:path";
import { type Place, configFolder, homeFolder, projectFolder } from "../place.js";
import { type InstallScope, type SettingsTarget } from "../target.js";

/** Seconds. A capture takes milliseconds; the limit only frees a session whose disk hangs. */
const TIMEOUT = 10;

/**
 * Events of Claude Code 2.1.329 that tell of a session's life, and whether Claude goes on without waiting. Waiting keeps
 * the order of what frames a session; for what a tool does, speed is worth more, and the payload carries its own ids.
 * Never `WorktreeCreate`, whose hook takes the place of git; never `MessageDisplay`, which comes with every piece of text.
 */
const EVENTS: Readonly<Record<string, "waits" | "goes on">> = {
  SessionStart: "waits",
  SessionEnd: "waits",
  UserPromptSubmit: "waits",
  PreToolUse: "goes on",
  PostToolUse: "goes on",
  PostToolUseFailure: "goes on",
  PermissionRequest: "goes on",
  PermissionDenied: "goes on",
  SubagentStart: "goes on",
  SubagentStop: "goes on",
  Stop: "waits",
  StopFailure: "waits",
  PreCompact: "waits",
  PostCompact: "waits",
  PostModelSwitch: "goes on",
  CwdChanged: "goes on",
  Notification: "goes on",
};

/**
 * Claude Code: `hooks` in its settings.json, without a matcher, so that a start of any source is seen. A project gets
 * `settings.local.json`: paths of one machine must not reach the `settings.json` that a team shares. Claude reads plain
 * JSON, so a file with comments is one it cannot read either.
 */
export function claudeTarget(scope: InstallScope, place: Place): SettingsTarget {
  const user = scope === "user";
  const folder = user
    ? configFolder(place, "CLAUDE_CONFIG_DIR", ".claude")
    : path.join(projectFolder(place), ".claude");
  return {
    kind: "settings",
    agent: "claude",
    scope,
    file: path.join(folder, user ? "settings.json" : "settings.local.json"),
    boundaries: user ? [homeFolder(place), folder] : [projectFolder(place)],
    nesting: "groups",
    comments: false,
    fresh: {},
    events: Object.keys(EVENTS),
    notes: user
      ? []
      : ["it holds paths of this machine: keep it out of the repository", "GitHub Copilot CLI reads it too"],
    handler: (event, { node, hook }) => ({
      type: "command",
      command: node,
      args: [hook, "claude"],
      timeout: TIMEOUT,
      ...(EVENTS[event] === "goes on" ? { async: true } : {}),
    }),
  };
}
