import { type CaptureProgram } from "./program.js";

/** Agents whose sessions are recorded through hooks. */
export type InstallAgent = "claude" | "codex" | "copilot" | "gemini" | "opencode";

/** Every session of the user, or those in one repository. */
export type InstallScope = "user" | "project";

interface TargetBase {
  readonly agent: InstallAgent;
  readonly scope: InstallScope;
  /** Absolute; as the agent names it, so possibly a symbolic link. */
  readonly file: string;
  /** Folders that a symbolic link at `file` may lead into. */
  readonly boundaries: readonly string[];
  /** The agent's own names of the events recorded. */
  readonly events: readonly string[];
  /** What the user has to know or do, besides; plain sentences. */
  readonly notes: readonly string[];
  /** Throws `USAGE` for a program that this agent could not start from here. */
  check?(program: CaptureProgram): void;
}

/** A JSON file of the agent's in which hooks stand among other settings. */
export interface SettingsTarget extends TargetBase {
  readonly kind: "settings";
  /** `groups`: an event has `{matcher?, hooks: [handler]}`s; `handlers`: it has handlers. */
  readonly nesting: "groups" | "handlers";
  /** Whether the agent accepts comments and trailing commas there. */
  readonly comments: boolean;
  /** What a file of our own has beside `hooks`. */
  readonly fresh: Readonly<Record<string, unknown>>;
  /** The handler of one event. */
  handler(event: string, program: CaptureProgram): Readonly<Record<string, unknown>>;
}

/** A file that is ours alone. */
export interface FileTarget extends TargetBase {
  readonly kind: "file";
  content(program: CaptureProgram): string;
  /** True for a file that an install of any version wrote. */
  isOurs(text: string): boolean;
  /** True for a file of ours that nobody changed since this version wrote it. */
  isUntouched(text: string): boolean;
}

export type InstallTarget = SettingsTarget | FileTarget;
