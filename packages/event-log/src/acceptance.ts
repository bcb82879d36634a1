import { MAX_LINE_BYTES, NO_HASH } from "./format.js";
import { decodeLine, hashLine, type LineFault, type StoredEvent } from "./line.js";
import { createUnits, type Unit } from "./units.js";

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
  readonly damage?: ((damage: Damage) => void) | undefined;
  /** Called for a hole that a repair has named. */
  readonly hole?: (from: number, to: number, offset: number, end: number) => void;
}

/** The acceptance rule at work: lines in, accepted events out. */
export interface Acceptor {
  /** One terminated line, without its newline; `line` is its number where known, `ascii` the same as text where it is ASCII. */
  feed(bytes: Buffer, offset: number, line: number | undefined, ascii?: string): void;
  /** A terminated line too long to be held. */
  feedOverlong(offset: number, bytes: number, line: number | undefined): void;
  /** The end of the file: what was only waiting for its next line to speak against it counts. */
  settle(): void;
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
 * Behind damage a unit is only accepted once the next one does not speak against it. The damage may have been an event, and
 * the unit the stale line of a writer that had lost its race against that event: then what follows was written by somebody
 * who knew the event, and one flipped bit must not cost more than one event.
 *
 * @param start where the bytes to come begin
 * @param chain keeps the hash of each accepted line, or also reports lines whose `prev` is not it; readers that want
 * neither save the 1 µs a line that it costs
 */
export function createAcceptor(start: LogPosition, sinks: AcceptanceSinks, chain: "hash" | "check" | "none"): Acceptor {
  let { seq, hash } = start;
  /** Damage was met since the last unit that was accepted, or is doubtful. */
  let damaged = false;
  /** The line being fed. */
  let current: Buffer = NO_BYTES;
  let doubtful: { readonly unit: Unit; readonly hash: string } | undefined;

  const report = (damage: Damage): void => sinks.damage?.(damage);
  const reportLines = (kind: "partial-batch" | "stale", lines: Unit): void => {
    const first = lines[0]!;
    const place = { offset: first.offset, bytes: lines.at(-1)!.end - first.offset, line: first.line };
    report(kind === "stale" ? { kind, ...place, seq: first.event.seq } : { kind, ...place });
  };
  const reportFault = (kind: LineFault, offset: number, bytes: number, line: number | undefined): void => {
    damaged = true;
    report({ kind, offset, bytes, line });
  };

  const units = createUnits({
    complete: (unit) => judge(unit),
    broken: (lines) => {
      damaged = true;
      reportLines("partial-batch", lines);
    },
  });

  const accept = (unit: Unit): void => {
    const first = unit[0]!;
    const gap = first.event.seq > seq + 1;
    if (gap) {
      const to = first.event.seq - 1;
      report({ kind: "gap", offset: first.offset, bytes: 0, line: first.line, seq: seq + 1, to });
    }
    damaged = false;
    for (const line of unit) {
      // After a gap nobody knows what `prev` should be.
      if (chain === "check" && line.event.prev !== hash && !(gap && line === first)) {
        const { offset, end, event } = line;
        report({ kind: "chain", offset, bytes: end - offset, line: line.line, seq: event.seq });
      }
      seq = line.event.seq;
      if (chain !== "none") hash = line.hash;
      sinks.accept(line);
    }
  };

  const judge = (unit: Unit): void => {
    const from = unit[0]!.event.seq;
    if (doubtful !== undefined && from > doubtful.unit[0]!.event.seq) {
      const { unit: doubted, hash: doubtedHash } = doubtful;
      const damagedSince = damaged;
      doubtful = undefined;
      const speaksAgainst = from <= doubted.at(-1)!.event.seq + 1 && unit[0]!.event.prev !== doubtedHash;
      if (speaksAgainst) reportLines("stale", doubted);
      else accept(doubted);
      damaged = speaksAgainst || damagedSince;
    }
    if (from <= seq || doubtful !== undefined) reportLines("stale", unit);
    else if (damaged) {
      doubtful = { unit, hash: hashLine(current) };
      damaged = false;
    } else accept(unit);
  };

  const settle = (): void => {
    if (doubtful === undefined) return;
    const { unit } = doubtful;
    doubtful = undefined;
    accept(unit);
  };

  const acceptHole = (
    hole: readonly [number, number],
    prev: string,
    next: string,
    place: Omit<Damage, "kind">,
  ): void => {
    settle();
    const [from, to] = hole;
    if (from !== seq + 1 || to < from) {
      report({ kind: "stale", ...place, seq: from });
      return;
    }
    if (chain === "check" && prev !== hash) report({ kind: "chain", ...place, seq: from });
    seq = to;
    hash = next;
    damaged = false;
    sinks.hole?.(from, to, place.offset, place.offset + place.bytes);
  };

  const feed = (bytes: Buffer, offset: number, line: number | undefined, ascii?: string): void => {
    if (bytes.length === 0) return;
    const decoded = bytes.length > MAX_LINE_BYTES ? TOO_LONG : decodeLine(bytes, ascii);
    const end = offset + bytes.length + 1;
    if (decoded.kind === "event") {
      current = bytes;
      units.feed({ event: decoded.event, offset, end, line, hash: chain === "none" ? "" : hashLine(bytes) });
      return;
    }
    units.breakOff();
    const place = { offset, bytes: bytes.length + 1, line };
    if (decoded.kind !== "hole") reportFault(decoded.kind, offset, bytes.length + 1, line);
    else acceptHole(decoded.record.hole, decoded.record.prev, decoded.record.next, place);
  };

  return {
    feed,
    feedOverlong: (offset, bytes, line) => {
      units.breakOff();
      reportFault("torn", offset, bytes, line);
    },
    settle,
    get position() {
      return { seq, hash };
    },
    get openBatch() {
      return units.openAt;
    },
  };
}

const NO_BYTES = Buffer.alloc(0);
const TOO_LONG = { kind: "torn" } as const;
