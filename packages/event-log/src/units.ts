import { MAX_BATCH_BYTES } from "./format.js";
import { type StoredEvent } from "./line.js";

/** A sound event line with its place. */
export interface UnitLine {
  readonly event: StoredEvent;
  readonly offset: number;
  readonly end: number;
  readonly line: number | undefined;
  /** Its chain hash, where hashes are kept, else empty. */
  readonly hash: string;
}

/** Lines that count only together: one event by itself, or all of a batch. Never empty. */
export type Unit = readonly UnitLine[];

/** Puts the lines of batches together. */
export interface Units {
  feed(line: UnitLine): void;
  /** Something stands in the way: the batch that was open will never be whole. */
  breakOff(): void;
  /** Where an open batch begins. */
  readonly openAt: number | undefined;
}

export function createUnits(sinks: {
  /** Called while the last line of the unit is being fed. */
  readonly complete: (unit: Unit) => void;
  /** Lines of a batch that is not whole. */
  readonly broken: (lines: Unit) => void;
}): Units {
  let open: UnitLine[] = [];
  let openBytes = 0;

  const take = (): UnitLine[] => {
    const lines = open;
    open = [];
    openBytes = 0;
    return lines;
  };
  const breakOff = (): void => {
    if (open.length > 0) sinks.broken(take());
  };

  const feed = (line: UnitLine): void => {
    const { batch } = line.event;
    if (batch === undefined) {
      breakOff();
      sinks.complete([line]);
      return;
    }
    const [index, count] = batch;
    if (!continues(open.at(-1)?.event, line.event)) breakOff();
    openBytes += line.end - line.offset;
    open.push(line);
    if (index !== open.length - 1 || openBytes > MAX_BATCH_BYTES) breakOff();
    else if (index === count - 1) sinks.complete(take());
  };

  return {
    feed,
    breakOff,
    get openAt() {
      return open[0]?.offset;
    },
  };
}

/** Whether an event is the very next line of an open batch: the same batch, writer and run of numbers. */
function continues(last: StoredEvent | undefined, event: StoredEvent): boolean {
  return (
    last?.batch !== undefined &&
    event.batch?.[0] === last.batch[0] + 1 &&
    event.batch[1] === last.batch[1] &&
    event.seq === last.seq + 1 &&
    isSameWriter(event.writer, last.writer)
  );
}

/** Compares what stands before the last dot; behind it is each line's own place. */
function isSameWriter(one: string, other: string): boolean {
  const length = one.lastIndexOf(".");
  if (length === -1) return one === other;
  return length === other.lastIndexOf(".") && one.startsWith(other.slice(0, length));
}
