import { setImmediate as turn } from "node:timers/promises";
import { type Disk } from "@agentlog/durable-fs";
import { agentlogError, toIoError } from "@agentlog/types";
import { createAcceptor, type Damage, type Entry } from "./acceptance.js";
import { FILE_START } from "./anchor.js";
import { locate } from "./locate.js";
import { openForRead } from "./log-file.js";
import { createScan } from "./scan.js";

export interface ReadOptions {
  /** The first sequence number wanted. What comes before it is not read. Default 0. */
  readonly from?: number;
  /** The last sequence number wanted. Default: the last there is. */
  readonly to?: number;
  /** Called for everything that does not count, in file order. */
  readonly onDamage?: (damage: Damage) => void;
  /** Throws `LOG_DAMAGED` at the first damage instead of going on. Default false. */
  readonly strict?: boolean;
  /** Ends the read at once. */
  readonly signal?: AbortSignal;
}

/** Whoever wants the first few events gets them from one small read. */
const FIRST_BYTES = 16 * 1024;
/** Bytes read between two turns of the event loop. Small enough that what was read last is young when it is let go. */
const BYTES_PER_TURN = 64 * 1024;

/**
 * [EL-10] Accepted entries in pieces of about 64 KiB, without a lock and in bounded memory. A file that is not there has
 * none. An unterminated tail is a write in progress: it is neither read nor damage.
 */
export async function* readPieces(disk: Disk, path: string, options: ReadOptions): AsyncGenerator<readonly Entry[]> {
  const { from = 0, to = Number.POSITIVE_INFINITY, strict = false, signal, onDamage } = options;
  const file = openForRead(disk, path);
  if (file === undefined) return;
  try {
    const start = from === 0 ? FILE_START : locate(disk, file.fd, file.bytes(), from);
    let piece: Entry[] = [];
    const end: { reached: boolean; failure: Error | undefined } = { reached: false, failure: undefined };
    const acceptor = createAcceptor(
      start,
      {
        accept: (entry) => {
          const { seq } = entry.event;
          if (seq >= from && seq <= to && end.failure === undefined) piece.push(entry);
          if (seq >= to) end.reached = true;
        },
        damage: (damage) => {
          if (end.reached || end.failure !== undefined) return;
          onDamage?.(damage);
          if (strict) end.failure = damaged(path, damage);
        },
      },
      "none",
    );
    const scan = createScan(disk, file.fd, acceptor, start.offset, start.offset === 0 ? 1 : undefined);
    let budget = FIRST_BYTES;
    for (let more = true; more && !end.reached;) {
      if (signal?.aborted === true) return;
      more = scan.step(budget);
      if (!more) acceptor.settle();
      if (piece.length > 0) yield piece;
      if (end.failure !== undefined) throw end.failure;
      piece = [];
      if (more && budget === BYTES_PER_TURN) await turn();
      budget = Math.min(budget * 4, BYTES_PER_TURN);
    }
  } catch (error) {
    throw toIoError(error, path, "reading");
  } finally {
    file.close();
  }
}

function damaged(path: string, { kind, line, offset }: Damage): Error {
  return agentlogError(
    "LOG_DAMAGED",
    `${path} is damaged (${kind}) at byte ${offset}${line === undefined ? "" : `, line ${line}`}; run verify to see all of it`,
    { path, kind, line: line ?? 0, offset },
  );
}
