import { randomBytes } from "node:crypto";
import { agentlogError } from "@agentlog/types";

/** One entry of a spool: a thing captured, and what its adopter noted about it. */
export interface SpoolEntry {
  /** Stable from `put` to `remove`, whether claimed or not. Sorts in capture order. */
  readonly name: string;
  /** What the first `claim` recorded; undefined while nobody has claimed it. */
  readonly mark: string | undefined;
}

const NAME = /^\d{16}-\d{1,10}-[0-9a-f]{16}$/;
const FILE = /^(\d{16}-\d{1,10}-[0-9a-f]{16})(?:@([a-z0-9._-]{1,64}))?$/;
const MARK = /^[a-z0-9._-]{1,64}$/;

let lastMicroseconds = 0;

/**
 * `<microseconds since 1970, 16 digits>-<pid>-<16 random hex>`. Strictly ascending within this process, even when the
 * clock goes back; across processes in order of the wall clock, to the millisecond.
 */
export function newEntryName(): string {
  lastMicroseconds = Math.max(lastMicroseconds + 1, Date.now() * 1000);
  return `${String(lastMicroseconds).padStart(16, "0")}-${process.pid}-${randomBytes(8).toString("hex")}`;
}

/** The file of an entry: its name, and after an `@` its mark. */
export function toFileName({ name, mark }: SpoolEntry): string {
  return mark === undefined ? name : `${name}@${mark}`;
}

/** The entry a file name stands for; undefined for temporary files and for anything foreign. */
export function fromFileName(file: string): SpoolEntry | undefined {
  const [, name, mark] = FILE.exec(file) ?? [];
  return name === undefined ? undefined : { name, mark };
}

/** The pid of who captured an entry: names of one process are in order, whatever the clock did. */
export function processOf({ name }: SpoolEntry): string {
  return name.slice(17, -17);
}

/** Throws `USAGE` for what `put` never returned: it would become a path. */
export function assertEntryName(name: string): void {
  if (NAME.test(name)) return;
  throw agentlogError("USAGE", "not the name of a spool entry; pass a name that put or list returned", {
    hint: "pass a name that put or list returned",
  });
}

/** Throws `USAGE` for a mark that cannot stand in a file name on every system. */
export function assertMark(mark: string): void {
  if (MARK.test(mark)) return;
  throw agentlogError("USAGE", "not a mark: expected 1 to 64 of a-z 0-9 . _ -", {
    hint: "use 1 to 64 of a-z 0-9 . _ -",
  });
}
