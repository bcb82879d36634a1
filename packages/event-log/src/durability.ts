import { type Disk } from "@agentlog/durable-fs";
import { agentlogError, type AgentlogError } from "@agentlog/types";

/**
 * [EL-6] When an event is acknowledged: `os` when the kernel has it (it survives the process), `disk` when the disk has it
 * (it survives a power loss), `interval` as `os`, with a sync every so often.
 */
export type Durability = "os" | "interval" | "disk";

export interface Syncer {
  /** After a write, before its acknowledgement; in mode `disk` this is the sync. */
  written(): void;
  /** Syncs now, whatever the mode. */
  sync(): void;
  /** Throws `DURABILITY_UNKNOWN` once a sync has failed. */
  assertSound(): void;
  /** Calls back when no sync is under way: until then its descriptor must stay open. */
  whenIdle(then: () => void): void;
  /** Waits for a sync under way and syncs what is left, unless the mode is `os`. */
  close(): Promise<void>;
}

/**
 * A failed sync is never tried again as if it might succeed: Linux marks the pages clean after the first error and reports
 * success the next time, with the data gone. So the writer is poisoned: it takes no more events.
 */
export function createSyncer(options: {
  readonly disk: Disk;
  readonly path: string;
  readonly mode: Durability;
  readonly intervalMs: number;
  /** The descriptor of the open log; undefined while there is none. */
  readonly fd: () => number | undefined;
}): Syncer {
  const { disk, path, mode, intervalMs } = options;
  let failure: AgentlogError<"DURABILITY_UNKNOWN"> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let background: Promise<void> | undefined;

  const poison = (error: unknown): AgentlogError<"DURABILITY_UNKNOWN"> =>
    (failure ??= agentlogError(
      "DURABILITY_UNKNOWN",
      `syncing ${path} failed: what was appended last may not survive a power loss; check the disk, then open the log again`,
      { path },
      { cause: error },
    ));

  const assertSound = (): void => {
    if (failure !== undefined) throw failure;
  };

  const sync = (): void => {
    assertSound();
    const fd = options.fd();
    if (fd === undefined) return;
    try {
      disk.fdatasyncSync(fd);
    } catch (error) {
      throw poison(error);
    }
  };

  const syncInBackground = (): void => {
    timer = undefined;
    const fd = options.fd();
    if (fd === undefined) return;
    background = new Promise((resolve) => {
      disk.fdatasync(fd, (error) => {
        background = undefined;
        if (error !== null) poison(error);
        resolve();
      });
    });
  };

  return {
    written: () => {
      if (mode === "disk") sync();
      if (mode === "interval") timer ??= setTimeout(syncInBackground, intervalMs).unref();
    },
    sync,
    assertSound,
    whenIdle: (then) => {
      if (background === undefined) then();
      else void background.then(then);
    },
    close: async () => {
      clearTimeout(timer);
      timer = undefined;
      await background;
      if (mode === "interval") sync();
      assertSound();
    },
  };
}
