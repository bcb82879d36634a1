import fs from "node:fs";
import { type Acknowledgement } from "../common/acknowledgements.js";
import { plainLock } from "../common/plain-lock.js";

/** Longer than any line. */
const TAIL_BYTES = 4 * 1024 * 1024;

/**
 * The appender that one writes first: lock, read the last number, append the next. The storm must break it, or the storm
 * is too weak to say anything.
 *
 * @param beforeWrite runs between the read and the write
 */
export function createNaiveAppender(
  file: string,
  beforeWrite: () => void,
): (event: { readonly id: string }) => Promise<Acknowledgement> {
  fs.closeSync(fs.openSync(file, "a", 0o600));
  return async (event) => {
    const release = await plainLock.lock(file, {
      stale: 2_000,
      realpath: false,
      retries: { forever: true, minTimeout: 1, maxTimeout: 5 },
      onCompromised: () => {},
    });
    const seq = lastNumber(file) + 1;
    beforeWrite();
    fs.appendFileSync(file, `${JSON.stringify({ seq, ...event })}\n`);
    await release().catch(() => {});
    return { id: event.id, seq };
  };
}

function lastNumber(file: string): number {
  const fd = fs.openSync(file, "r");
  try {
    const size = fs.fstatSync(fd).size;
    const tail = Buffer.alloc(Math.min(size, TAIL_BYTES));
    fs.readSync(fd, tail, 0, tail.length, size - tail.length);
    const line = tail.toString("latin1").trimEnd().split("\n").at(-1) ?? "";
    return Number(/"seq":(\d+)/.exec(line)?.[1] ?? -1);
  } finally {
    fs.closeSync(fd);
  }
}
