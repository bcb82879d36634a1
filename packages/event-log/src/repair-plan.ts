import { type Disk } from "@agentlog/durable-fs";
import { type Acceptor, createAcceptor, type Damage, LOG_START, type LogPosition } from "./acceptance.js";
import { lineBytes, writeLine } from "./line.js";
import { createScan } from "./scan.js";

/** A stretch of the old file, from `offset` to `end`. */
export interface Stretch {
  readonly offset: number;
  readonly end: number;
}

/** A piece of the new file: a stretch of the old one, a new line, or as many empty lines as there are bytes to fill. */
export type RepairedPart = Stretch | { readonly line: Buffer } | { readonly fill: number };

/** What a repair will do. */
export interface RepairPlan {
  /** The new file. Damage is filled with empty lines, so that what is kept stays where it was and can be found there. */
  readonly parts: readonly RepairedPart[];
  /** What goes to quarantine. */
  readonly setAside: readonly (Stretch & { readonly kind: Damage["kind"] | "unfinished" })[];
  readonly events: number;
  /** Numbers that no accepted line has. */
  readonly holes: readonly { readonly from: number; readonly to: number }[];
  readonly needed: boolean;
}

/** Accepted lines that follow each other, and the hole line that has to stand before them. */
interface Kept {
  readonly offset: number;
  end: number;
  readonly holeLine: Buffer | undefined;
}

/** Reads the log and decides, without changing anything. */
export function planRepair(disk: Disk, fd: number): RepairPlan {
  const kept: Kept[] = [];
  const setAside: (Stretch & { kind: Damage["kind"] | "unfinished" })[] = [];
  const holes: { from: number; to: number }[] = [];
  let events = 0;
  let before: LogPosition = LOG_START;
  let gap: { from: number; to: number } | undefined;

  const keep = (offset: number, end: number, holeLine?: Buffer): void => {
    const last = kept.at(-1);
    if (last?.end === offset && holeLine === undefined) last.end = end;
    else kept.push({ offset, end, holeLine });
  };

  const acceptor: Acceptor = createAcceptor(
    LOG_START,
    {
      accept: ({ event, offset, end }) => {
        events++;
        if (gap !== undefined) holes.push(gap);
        keep(offset, end, gap && holeLine(gap.from, gap.to, before.hash, event.prev));
        gap = undefined;
        before = acceptor.position;
      },
      hole: (from, to, offset, end) => {
        holes.push({ from, to });
        keep(offset, end);
        before = acceptor.position;
      },
      damage: ({ kind, offset, bytes, seq, to }) => {
        if (kind === "gap") gap = { from: seq ?? 0, to: to ?? 0 };
        // A broken chain is a fact about accepted lines: they stay, and verify goes on reporting it.
        else if (kind !== "chain") setAside.push({ offset, end: offset + bytes, kind });
      },
    },
    "check",
  );
  const scan = createScan(disk, fd, acceptor, 0, 1);
  scan.step();
  acceptor.settle();
  const unfinished = acceptor.openBatch ?? scan.offset;
  // What was read, and not what is there by now: an event that came meanwhile is no fragment.
  if (unfinished < scan.end) setAside.push({ offset: unfinished, end: scan.end, kind: "unfinished" });
  setAside.sort((a, b) => a.offset - b.offset);
  const needed = setAside.length > 0 || kept.some(({ holeLine }) => holeLine !== undefined);
  return { parts: partsOf(kept), setAside, events, holes, needed };
}

function partsOf(kept: readonly Kept[]): RepairedPart[] {
  const parts: RepairedPart[] = [];
  let at = 0;
  for (const { offset, end, holeLine } of kept) {
    if (holeLine !== undefined) parts.push({ line: holeLine });
    // A hole line that is longer than the damage moves what follows: it is then found by reading, which is only slower.
    const fill = offset - at - (holeLine?.length ?? 0);
    if (fill > 0) parts.push({ fill });
    parts.push({ offset, end });
    at = end;
  }
  return parts;
}

function holeLine(from: number, to: number, prev: string, next: string): Buffer {
  const head = `{"hole":[${from},${to}],"prev":"${prev}","next":"${next}"`;
  const line = Buffer.alloc(lineBytes(head.length));
  writeLine(line, 0, head);
  return line;
}
