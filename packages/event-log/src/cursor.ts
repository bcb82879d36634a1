import { type Disk } from "@agentlog/durable-fs";
import { agentlogError } from "@agentlog/types";
import { type Acceptor, createAcceptor, type Damage, type Entry, type LogPosition } from "./acceptance.js";
import { type Anchor, lastAnchor } from "./anchor.js";
import { createScan, type Scan } from "./scan.js";

/** What a writer knows of a file: everything accepted before `offset`, and nothing behind it. */
export interface Cursor {
  /** The last accepted event. */
  readonly position: LogPosition;
  /** Behind the last complete line. When the file is longer, its tail is unterminated. */
  readonly offset: number;
  /**
   * Reads what is new in a file of `size` bytes; `onAccept` sees each accepted event. Costs nothing when nothing is new.
   * False when what is new does not go on from what was there: somebody put other content into the file.
   */
  advance(size: number, onAccept?: (entry: Entry) => void): boolean;
  /** Goes on from a place known otherwise: behind what this process wrote itself. */
  jump(to: Anchor): void;
}

/** A cursor from a proven place on. */
export function createCursor(disk: Disk, fd: number, from: Anchor): Cursor {
  let at = from;
  let reading: { readonly scan: Scan; readonly acceptor: Acceptor } | undefined;
  let listener: ((entry: Entry) => void) | undefined;
  let goesOn = true;

  const startReading = (): { scan: Scan; acceptor: Acceptor } => {
    const damage = ({ kind }: Damage): void => {
      if (kind === "gap" || kind === "chain") goesOn = false;
    };
    const acceptor = createAcceptor(at, { accept: (entry) => listener?.(entry), damage }, "check");
    return { acceptor, scan: createScan(disk, fd, acceptor, at.offset) };
  };

  return {
    get position() {
      return reading?.acceptor.position ?? at;
    },
    get offset() {
      return reading?.scan.offset ?? at.offset;
    },
    advance: (size, onAccept) => {
      if (size === (reading?.scan.offset ?? at.offset)) return true;
      // Kept, because the lines of a batch may come in two reads.
      reading ??= startReading();
      goesOn = endsLine(disk, fd, reading.scan.offset);
      listener = onAccept;
      // Not further: the size was that of the file at the path, and what comes after may come to a file that is not.
      reading.scan.step(Number.POSITIVE_INFINITY, size);
      reading.acceptor.settle();
      listener = undefined;
      return goesOn;
    },
    jump: (to) => {
      at = to;
      reading = undefined;
    },
  };
}

/**
 * A cursor at the end of a file that this process has not read yet, from its tail alone [EL-3].
 *
 * Throws `NOT_A_LOG` when the file has content and none of it is a log's: somebody else's file, or one that a power loss
 * filled with NULs. Appending there would make it look like a new, empty session.
 */
export function openCursor(disk: Disk, fd: number, file: string, size: number): Cursor {
  const cursor = createCursor(disk, fd, lastAnchor(disk, fd, size));
  cursor.advance(size);
  if (cursor.position.seq === -1 && size > 0 && !beginsLikeLog(disk, fd, size)) {
    throw agentlogError(
      "NOT_A_LOG",
      `${file} is not an event log, or its beginning is destroyed; run verify to see, repair to set its content aside`,
      { path: file },
    );
  }
  return cursor;
}

/** Whether a line ends right before an offset: content of another file seldom has its lines' ends in the same places. */
function endsLine(disk: Disk, fd: number, offset: number): boolean {
  if (offset === 0) return true;
  const before = Buffer.alloc(1);
  return disk.readSync(fd, before, 0, 1, offset - 1) === 1 && before[0] === 0x0a;
}

const LEAD = '{"seq":';
const LOOK_BYTES = 64 * 1024;

/**
 * Whether the first line is a log's, or the beginning of one: a crash in the first append leaves any number of its bytes,
 * and each later crash may leave a seal, or half of one. A line that ends in a carriage return went through a program that
 * changed all line ends.
 */
export function beginsLikeLog(disk: Disk, fd: number, size: number): boolean {
  const buffer = Buffer.alloc(Math.min(size, LOOK_BYTES));
  const count = disk.readSync(fd, buffer, 0, buffer.length, 0);
  const [line = ""] = buffer.toString("latin1", 0, count).split("\n");
  const written = line.replace(/~+$/, "");
  return (LEAD.startsWith(written) || written.startsWith(LEAD)) && !line.endsWith("\r");
}
