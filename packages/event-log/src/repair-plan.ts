import { type Disk } from "@agentlog/durable-fs";
import { type Acceptor, createAcceptor, type Damage, LOG_START, type LogPosition } from "./acceptance.js";
import { lineBytes, writeLine } from "./line.js";
import { createScan } from "./scan.js";

/** A stretch of the old file, from `offset` to `end`. */
export interface Stretch {
  readonly offset: number;
  readonly end: number;
}

/** What a repaired file is made of, in order: stretches of the old one, and new lines that name what is missing. */
export interface RepairPlan {
  readonly keep: readonly (Stretch | { readonly line: Buffer })[];
  /** Everything else: what goes to quarantine. */
  readonly setAside: readonly (Stretch & { readonly kind: Damage["kind"] | "unfinished" })[];
  readonly events: number;
  /** Numbers that no accepted line has. */
  readonly holes: readonly { readonly from: number; readonly to: number }[];
  readonly position: LogPosition;
  /** The size of the file that was read. */
  readonly size: number;
  readonly needed: boolean;
}

/** Reads the log and decides, without changing anything. */
export function planRepair(disk: Disk, fd: number): RepairPlan {
  const keep: (Stretch | { line: Buffer })[] = [];
  const setAside: (Stretch & { kind: Damage["kind"] | "unfinished" })[] = [];
  const holes: { from: number; to: number }[] = [];
  let events = 0;
  let before: LogPosition = LOG_START;
  let gap: { from: number; to: number } | undefined;

  const keepStretch = (offset: number, end: number): void => {
    const last = keep.at(-1);
    if (last !== undefined && "end" in last && last.end === offset)
      keep[keep.length - 1] = { offset: last.offset, end };
    else keep.push({ offset, end });
  };

  const acceptor: Acceptor = createAcceptor(
    LOG_START,
    {
      accept: ({ event, offset, end }) => {
        events++;
        if (gap !== undefined) {
          holes.push(gap);
          keep.push({ line: holeLine(gap.from, gap.to, before.hash, event.prev) });
          gap = undefined;
        }
        keepStretch(offset, end);
        before = acceptor.position;
      },
      hole: (from, to, offset, end) => {
        holes.push({ from, to });
        keepStretch(offset, end);
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
  const { size } = disk.fstatSync(fd);
  const unfinished = acceptor.openBatch ?? scan.offset;
  if (unfinished < size) setAside.push({ offset: unfinished, end: size, kind: "unfinished" });
  const { position } = acceptor;
  return {
    keep,
    setAside,
    events,
    holes,
    position,
    size,
    needed: setAside.length > 0 || keep.some((part) => "line" in part),
  };
}

function holeLine(from: number, to: number, prev: string, next: string): Buffer {
  const head = `{"hole":[${from},${to}],"prev":"${prev}","next":"${next}"`;
  const line = Buffer.alloc(lineBytes(head.length));
  writeLine(line, 0, head);
  return line;
}
