import { type Disk } from "@agentlog/durable-fs";
import { agentlogError, toIoError } from "@agentlog/types";
import { type InstallTarget } from "./target.js";

/** What an install or uninstall did, or with `dryRun` would do. */
export interface ChangeReport {
  /** As the agent names it. */
  readonly file: string;
  /** Where the bytes are, when `file` is a symbolic link. */
  readonly linkedTo?: string;
  readonly changed: boolean;
  /** Where the file's content from before is kept; only when there was one and it changed. */
  readonly backup?: string;
  /** The agent's events that are captured now, or were before an uninstall. */
  readonly events: readonly string[];
  readonly before: string | undefined;
  /** Undefined: the file is gone. */
  readonly after: string | undefined;
}

export interface ChangeOptions {
  readonly dryRun: boolean;
  readonly disk: Disk;
  readonly now: Date;
}

/** How often a file that somebody else keeps writing is read again. */
const ATTEMPTS = 5;

/** Runs one attempt after the other until the file held still. Throws `IO_ERROR` (`EBUSY`) when it never does. */
export function untilUnchanged(target: InstallTarget, attempt: () => ChangeReport | undefined): ChangeReport {
  try {
    for (let n = 0; n < ATTEMPTS; n++) {
      const report = attempt();
      if (report !== undefined) return report;
    }
  } catch (error) {
    throw toIoError(error, target.file, "changing a settings file");
  }
  throw agentlogError(
    "IO_ERROR",
    `${target.file} was changed by somebody else each time it was about to be written; close ${target.agent} and try again`,
    { path: target.file, errno: "EBUSY", syscall: "rename" },
  );
}
