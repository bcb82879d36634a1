import { createDirectoryLock, type Disk, type Lock } from "@agentlog/durable-fs";

const LONGEST_WAIT_MS = 3_600_000;

/** The lock of a session's log, whose blocking wait can be cut short when the program is about to end. */
export function createWriterLock(path: string, disk: Disk): Lock & { limitSync(ms: number): void } {
  const lock = createDirectoryLock(path, { disk });
  let limitMs = Number.POSITIVE_INFINITY;
  return {
    run: lock.run,
    runSync: (critical, wait = {}) =>
      lock.runSync(critical, { timeoutMs: Math.min(limitMs, wait.timeoutMs ?? limitMs, LONGEST_WAIT_MS) }),
    sweep: lock.sweep,
    close: lock.close,
    limitSync: (ms) => {
      limitMs = ms;
    },
  };
}
