import fs from "node:fs";
import { join } from "node:path";
import { makePrivateDirectory, openPrivateFile } from "@agentlog/durable-fs";

/** One call that was not recorded, or not as it came. Never any of its payload. */
export interface HookFailure {
  /** RFC 3339 in UTC with milliseconds. */
  readonly time: string;
  readonly agent: string;
  /** `no-payload`, `truncated`, `no-agent`, or the error's code. */
  readonly code: string;
  readonly message: string;
}

/** In the store's folder for spools, beside those. */
export const FAILURES_FILE = "hook-failures.jsonl";
/** The one before is kept beside it. */
const EARLIER_FILE = "hook-failures.earlier.jsonl";
/** Some 300 failures: the latest tell what is wrong. */
const MAX_BYTES = 64 * 1024;
const MAX_MESSAGE = 400;

/** Notes a failure where `doctor` finds it. Best effort: a disk that takes nothing takes no complaint either. */
export function noteFailure(spoolDir: string, failure: HookFailure): void {
  try {
    makePrivateDirectory(spoolDir, { durable: false });
    const path = join(spoolDir, FAILURES_FILE);
    const size = fs.lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
    if (size > MAX_BYTES) fs.renameSync(path, join(spoolDir, EARLIER_FILE));
    const { O_APPEND, O_CREAT, O_WRONLY } = fs.constants;
    const fd = openPrivateFile(path, { flags: O_WRONLY | O_APPEND | O_CREAT });
    try {
      fs.writeSync(fd, `${JSON.stringify({ ...failure, message: failure.message.slice(0, MAX_MESSAGE) })}\n`);
    } finally {
      fs.closeSync(fd);
    }
  } catch {
    // Nobody is left to tell.
  }
}
