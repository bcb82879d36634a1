import { setImmediate as turn } from "node:timers/promises";
import { type Disk } from "@agentlog/durable-fs";
import { toIoError } from "@agentlog/types";
import { type Acceptor, createAcceptor, type Damage, LOG_START, type LogPosition } from "./acceptance.js";
import { beginsLikeLog } from "./cursor.js";
import { openForRead } from "./log-file.js";
import { createScan } from "./scan.js";

/** What `head` returned once, kept elsewhere: a later log that is the same up to there has it. */
export type LogHead = LogPosition;

export interface VerifyOptions {
  /** A head kept elsewhere: proves that nothing before it was changed, cut off or put in. */
  readonly anchor?: LogHead;
}

export interface VerifyReport {
  /** No damage at all, and the anchor, when one was given, is proven. */
  readonly ok: boolean;
  /** Accepted events. */
  readonly events: number;
  readonly head: LogHead;
  /** Bytes of the file. */
  readonly bytes: number;
  /** At most the first 1,000; `damageCount` has their number. */
  readonly damage: readonly Damage[];
  readonly damageCount: number;
  /** Numbers lost to damage that a repair has named; no damage any more. */
  readonly holes: readonly { readonly from: number; readonly to: number }[];
  /** Bytes behind the last whole event: a write in progress, or what a crash left of one. Sealed by the next append. */
  readonly unfinishedBytes: number;
  /** `missing`: the log ends before it, or has a hole there. */
  readonly anchor: "none" | "proven" | "differs" | "missing";
}

const MOST_LISTED = 1_000;
const BYTES_PER_TURN = 1024 * 1024;

/**
 * [EL-12] Reads the whole file and proves what can be proven: every accepted line has its crc, the numbers are contiguous,
 * each line's `prev` is the hash of the one before. What it cannot prove is listed as damage.
 */
export async function verifyLog(disk: Disk, path: string, options: VerifyOptions): Promise<VerifyReport> {
  const { anchor } = options;
  const damage: Damage[] = [];
  const holes: { from: number; to: number }[] = [];
  let damageCount = 0;
  let events = 0;
  let found: LogPosition | undefined;

  const compare = (position: LogPosition): void => {
    if (anchor?.seq === position.seq) found = position;
  };
  compare(LOG_START);

  const acceptor: Acceptor = createAcceptor(
    LOG_START,
    {
      accept: () => {
        events++;
        compare(acceptor.position);
      },
      damage: (met) => {
        damageCount++;
        if (damage.length < MOST_LISTED) damage.push(met);
      },
      hole: (from, to) => holes.push({ from, to }),
    },
    "check",
  );
  const file = openForRead(disk, path);
  let bytes = 0;
  let unfinishedBytes = 0;
  if (file !== undefined) {
    try {
      const scan = createScan(disk, file.fd, acceptor, 0, 1);
      while (scan.step(BYTES_PER_TURN)) await turn();
      acceptor.settle();
      // What was read, and not what is there by now: others may be appending.
      bytes = scan.end;
      unfinishedBytes = bytes - (acceptor.openBatch ?? scan.offset);
      if (acceptor.position.seq === -1 && bytes > 0 && !beginsLikeLog(disk, file.fd, bytes)) {
        // Not a write in progress: nothing in it is a log's.
        damageCount++;
        damage.push({ kind: "torn", offset: 0, bytes, line: 1 });
      }
    } catch (error) {
      throw toIoError(error, path, "verifying");
    } finally {
      file.close();
    }
  }
  const anchored = compareAnchor(anchor, found);
  const ok = damageCount === 0 && (anchored === "none" || anchored === "proven");
  return { ok, events, head: acceptor.position, bytes, damage, damageCount, holes, unfinishedBytes, anchor: anchored };
}

function compareAnchor(anchor: LogHead | undefined, found: LogPosition | undefined): VerifyReport["anchor"] {
  if (anchor === undefined) return "none";
  if (found === undefined) return "missing";
  return found.hash === anchor.hash ? "proven" : "differs";
}
