import { MAX_BATCH_BYTES, NO_HASH } from "./format.js";
import { decodeLine, hashLine, type LineFault, type StoredEvent } from "./line.js";

/** Where a log stands: the last accepted sequence number (-1 before the first) and the chain hash of its line. */
export interface LogPosition {
  readonly seq: number;
  readonly hash: string;
}

/** Before the first event. */
export const LOG_START: LogPosition = { seq: -1, hash: NO_HASH };

/** What a reader met that does not count. `seq` and `to` name the numbers a gap spans. */
export interface Damage {
  readonly kind: LineFault | "partial-batch" | "stale" | "gap" | "chain";
  /** Byte offset in the file. */
  readonly offset: number;
  /** Length in bytes, newlines included; 0 for a gap, where nothing is. */
  readonly bytes: number;
  /** 1-based line number; undefined for a read that did not begin at the start. */
  readonly line: number | undefined;
  readonly seq?: number;
  readonly to?: number;
}

/** An accepted event and its bytes' place, from `offset` to `end` with its newline. */
export interface Entry {
  readonly event: StoredEvent;
  readonly offset: number;
  readonly end: number;
}

export interface AcceptanceSinks {
  /** Called for each accepted event, in order. */
  readonly accept: (entry: Entry) => void;
  /** Called for what does not count. */
  readonly damage?: (damage: Damage) => void;
  /** Called for a hole that a repair has named. */
  readonly hole?: (from: number, to: number, offset: number, end: number) => void;
}

/** The acceptance rule at work: lines in, accepted events out. */
export interface Acceptor {
  /** One terminated line, without its newline; `line` is its number where known. */
  feed(bytes: Buffer, offset: number, line: number | undefined): void;
  /** A terminated line too long to be held. */
  feedOverlong(offset: number, bytes: number, line: number | undefined): void;
  /** The last accepted number and, when the acceptor keeps hashes, its hash. */
  readonly position: LogPosition;
  /** Where the lines of a batch begin whose end has not come yet; undefined when there is none. */
  readonly openBatch: number | undefined;
}

/**
 * [EL-2] The one acceptance rule, a pure function of the bytes. A line counts when it is terminated, decodes and has its
 * crc; a batch counts only whole and in direct succession; a number not above the last is stale; the next one is accepted;
 * a larger one is accepted and reported as a gap.
 *
 * @param start where the bytes to come begin
 * @param chain keeps the hash of each accepted line and reports lines whose `prev` is not it; readers that want neither
 * save the 1 µs a line that it costs
 */
export function createAcceptor(start: LogPosition, sinks: AcceptanceSinks, chain: "hash" | "check" | "none"): Acceptor {
  let { seq, hash } = start;
  let batch: BatchLine[] = [];
  let batchBytes = 0;

  const report = (damage: Damage): void => sinks.damage?.(damage);

  const dropBatch = (): void => {
    const first = batch[0];
    const last = batch.at(-1);
    if (first === undefined || last === undefined) return;
    report({ kind: "partial-batch", offset: first.offset, bytes: last.end - first.offset, line: first.line });
    batch = [];
    batchBytes = 0;
  };

  const acceptUnit = (unit: readonly BatchLine[]): void => {
    const first = unit[0]!;
    const from = first.event.seq;
    if (from <= seq) {
      const bytes = unit.at(-1)!.end - first.offset;
      report({ kind: "stale", offset: first.offset, bytes, line: first.line, seq: from });
      return;
    }
    const gap = from > seq + 1;
    if (gap) report({ kind: "gap", offset: first.offset, bytes: 0, line: first.line, seq: seq + 1, to: from - 1 });
    for (const line of unit) {
      // After a gap nobody knows what `prev` should be.
      if (chain === "check" && line.event.prev !== hash && !(gap && line === first)) {
        report({
          kind: "chain",
          offset: line.offset,
          bytes: line.end - line.offset,
          line: line.line,
          seq: line.event.seq,
        });
      }
      seq = line.event.seq;
      if (chain !== "none") hash = line.hash;
      sinks.accept(line);
    }
  };

  const acceptHole = (
    from: number,
    to: number,
    next: string,
    offset: number,
    end: number,
    line: number | undefined,
  ): void => {
    if (from !== seq + 1 || to < from) {
      report({ kind: "stale", offset, bytes: end - offset, line, seq: from });
      return;
    }
    seq = to;
    hash = next;
    sinks.hole?.(from, to, offset, end);
  };

  const feed = (bytes: Buffer, offset: number, line: number | undefined): void => {
    const end = offset + bytes.length + 1;
    if (bytes.length === 0) return;
    const decoded = decodeLine(bytes);
    if (decoded.kind !== "event") {
      dropBatch();
      if (decoded.kind === "hole") {
        acceptHole(decoded.record.hole[0], decoded.record.hole[1], decoded.record.next, offset, end, line);
      } else {
        report({ kind: decoded.kind, offset, bytes: bytes.length + 1, line });
      }
      return;
    }
    const { event } = decoded;
    const entry: BatchLine = { event, offset, end, line, hash: chain === "none" ? "" : hashLine(bytes) };
    if (event.batch === undefined) {
      dropBatch();
      acceptUnit([entry]);
      return;
    }
    const [index, count] = event.batch;
    if (!continues(batch, event)) dropBatch();
    batchBytes += bytes.length + 1;
    if (index !== batch.length || batchBytes > MAX_BATCH_BYTES) {
      batch.push(entry);
      dropBatch();
      return;
    }
    batch.push(entry);
    if (batch.length === count) {
      const unit = batch;
      batch = [];
      batchBytes = 0;
      acceptUnit(unit);
    }
  };

  return {
    feed,
    feedOverlong: (offset, bytes, line) => {
      dropBatch();
      report({ kind: "torn", offset, bytes, line });
    },
    get position() {
      return { seq, hash };
    },
    get openBatch() {
      return batch[0]?.offset;
    },
  };
}

interface BatchLine extends Entry {
  readonly line: number | undefined;
  readonly hash: string;
}

/** Whether an event is the very next line of an open batch: the same batch, writer and run of numbers. */
function continues(batch: readonly BatchLine[], event: StoredEvent): boolean {
  const last = batch.at(-1)?.event;
  return (
    last !== undefined &&
    event.batch?.[0] === batch.length &&
    event.batch[1] === last.batch?.[1] &&
    event.seq === last.seq + 1 &&
    writerName(event.writer) === writerName(last.writer)
  );
}

/** The part of the `writer` field before its counter. */
export function writerName(writer: string): string {
  return writer.slice(0, writer.lastIndexOf("."));
}
