/**
 * Elements that agents, editors and their hooks put around or beside what a person typed, in lower case with `-` for `_`. They
 * are dropped with all that is in them.
 */
export const DROPPED: ReadonlySet<string> = new Set([
  // Any of them.
  "system",
  "system-reminder",
  // Claude Code.
  "bash-input",
  "bash-stderr",
  "bash-stdout",
  "command-args",
  "command-contents",
  "command-message",
  "command-name",
  "fork-context",
  "ide-diagnostics",
  "ide-opened-file",
  "ide-selection",
  "local-command-caveat",
  "local-command-stderr",
  "local-command-stdout",
  "new-diagnostics",
  "persisted-output",
  "post-tool-use-hook",
  "session-start-hook",
  "task-notification",
  "tool-use-error",
  "user-memory-input",
  "user-prompt-submit-hook",
  // Codex.
  "apps-instructions",
  "collaboration-mode",
  "environment-context",
  "instructions",
  "model-switch",
  "multi-agent-mode",
  "permissions",
  "personality-spec",
  "plugins-instructions",
  "skill",
  "skills-instructions",
  "subagent-notification",
  "turn-aborted",
  "user-action",
  "user-instructions",
  "user-shell-command",
  // Gemini CLI.
  "hook-context",
  "session-context",
  // Copilot.
  "attachments",
  "current-datetime",
  "custom-instruction",
  "environment-info",
  "reminderinstructions",
  "system-notification",
  "workspace-info",
  // Cline, Roo, Cursor.
  "environment-details",
  "open-and-recently-viewed-files",
  "user-info",
]);

/** Elements around the very text a person typed: only their tags are dropped. */
export const UNWRAPPED: ReadonlySet<string> = new Set(["user-message", "user-query", "userrequest"]);
