import { type ListOptions, type SnapshotEntry } from "./contract.js";
import { usage } from "./errors.js";

type Position = Pick<SnapshotEntry, "time" | "key">;

/** Newest first; of one time by key, so that pages never depend on the order of a folder. */
export function newestFirst(a: Position, b: Position): number {
  if (a.time !== b.time) return a.time < b.time ? 1 : -1;
  if (a.key === b.key) return 0;
  return a.key < b.key ? -1 : 1;
}

/** One page of all entries, in order. A cursor is a position and no count: what is saved meanwhile moves nothing. */
export function pageOf(
  all: readonly SnapshotEntry[],
  { owner, limit, cursor }: ListOptions,
): { readonly entries: readonly SnapshotEntry[]; readonly next: string | undefined } {
  const after = cursor === undefined ? undefined : fromCursor(cursor);
  const wanted = all
    .filter((entry) => owner === undefined || entry.owner === owner)
    .filter((entry) => after === undefined || newestFirst(after, entry) < 0)
    .toSorted(newestFirst);
  const entries = limit === undefined ? wanted : wanted.slice(0, limit);
  const last = entries.at(-1);
  return { entries, next: last === undefined || entries.length === wanted.length ? undefined : toCursor(last) };
}

export function toCursor({ time, key }: Position): string {
  return Buffer.from(JSON.stringify([time, key])).toString("base64url");
}

/** Throws `USAGE` for anything `toCursor` never returns. */
export function fromCursor(cursor: string): Position {
  try {
    const [time, key]: unknown[] = JSON.parse(Buffer.from(cursor, "base64url").toString());
    if (typeof time === "string" && typeof key === "string") return { time, key };
  } catch {
    // Told below.
  }
  throw usage("the cursor of a list is none", "give `next` of the page before");
}
