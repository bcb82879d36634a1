import { type FoldPosition } from "./store.js";

/** Whether two positions are the same place of the same log; before the first event there is none. */
export function samePosition(a: FoldPosition | undefined, b: FoldPosition | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.seq === b.seq && a.offset === b.offset && a.id === b.id && a.crc === b.crc;
}

/** A position read from outside; undefined when it is none. */
export function toPosition(value: unknown): FoldPosition | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { seq, offset, id, crc } = value as Partial<FoldPosition>;
  const isPosition = isCount(seq) && isCount(offset) && typeof id === "string" && typeof crc === "string";
  return isPosition ? { seq, offset, id, crc } : undefined;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
