import { type Disk } from "@agentlog/durable-fs";
import { agentlogError } from "@agentlog/types";
import { type Acceptor, createAcceptor, type Entry, type LogPosition } from "./acceptance.js";
import { type Anchor, lastAnchor } from "./anchor.js";
import { createScan, type Scan } from "./scan.js";

/** What a writer knows of a file: everything accepted before `offset`, and nothing behind it. */
export interface Cursor {
  /** The last accepted event. */
  readonly position: LogPosition;
  /** Behind the last complete line. When the file is longer, its tail is unterminated. */
  readonly offset: number;
  /** Reads what is new in a file of `size` bytes; `onAccept` sees each accepted event. Costs nothing when nothing is. */
  advance(size: number, onAccept?: (entry: Entry) => void): void;
  /** Goes on from a place known otherwise: behind what this process wrote itself. */
  jump(to: Anchor): void;
}

/** A cursor from a proven place on. */
export function createCursor(disk: Disk, fd: number, from: Anchor): Cursor {
  let at = from;
  let reading: { readonly scan: Scan; readonly acceptor: Acceptor } | undefined;
  let listener: ((entry: Entry) => void) | undefined;

  const startReading = (): { scan: Scan; acceptor: Acceptor } => {
    const acceptor = createAcceptor(at, { accept: (entry) => listener?.(entry) }, "hash");
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
      if (size === (reading?.scan.offset ?? at.offset)) return;
      // Kept, because the lines of a batch may come in two reads.
      reading ??= startReading();
      listener = onAccept;
      reading.scan.step();
      listener = undefined;
    },
    jump: (to) => {
      at = to;
      reading = undefined;
    },
  };
}

const LOG_LEAD = Buffer.from('{"seq":');

/**
 * A cursor at the end of a file that this process has not read yet, from its tail alone [EL-3].
 *
 * Throws `NOT_A_LOG` when the file has content and none of it is a log's: somebody else's file, or one that a power loss
 * filled with NULs. Appending there would make it look like a new, empty session.
 */
export function openCursor(disk: Disk, fd: number, file: string, size: number): Cursor {
  const cursor = createCursor(disk, fd, lastAnchor(disk, fd, size));
  cursor.advance(size);
  if (cursor.position.seq === -1 && size > 0) {
    const lead = Buffer.alloc(Math.min(size, LOG_LEAD.length));
    disk.readSync(fd, lead, 0, lead.length, 0);
    // A crash in the first append leaves the beginning of a line: that is a log.
    if (!LOG_LEAD.subarray(0, lead.length).equals(lead)) {
      throw agentlogError(
        "NOT_A_LOG",
        `${file} is not an event log, or its beginning is destroyed; run verify to see, repair to set its content aside`,
        { path: file },
      );
    }
  }
  return cursor;
}
