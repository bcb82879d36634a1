import { type Disk, type HeldLock } from "@agentlog/durable-fs";
import { agentlogError, isAgentlogError, toIoError } from "@agentlog/types";
import { type Entry } from "./acceptance.js";
import { MAX_SEQ } from "./format.js";
import { createEncoder, type EncodedBatch } from "./encode.js";
import { type PendingAppend, type PendingEvent } from "./pending.js";
import { type WritableLog } from "./writable-log.js";

/** Appends a group of calls as one batch, by one write. Gives each call an outcome; durability comes after it. */
export type Commit = (group: readonly PendingAppend[], held: HeldLock) => void;

/** So often may others write without the lock before the lock counts as lost. With a sound lock nobody does. */
const MOST_ROUNDS = 100;
/** A disk that is full cuts one write short and refuses the next; a write cut twice is reported as it is. */
const MOST_SHORT_WRITES = 2;

/**
 * [EL-5] The append transaction, under the lock: catch up, number, fence, one write, look at what came of it.
 *
 * A writer may be stopped between any two of these steps and resumed when another holds the lock. The fence makes that
 * rare; what makes it safe is the look afterwards: a batch whose lines are not where it meant, and are not accepted where
 * they are, is written again with new numbers and the same ids.
 *
 * Throws `LOCK_LOST` when the lock is gone; calls without an outcome are then to be committed again.
 */
export function createCommit(disk: Disk, path: string, log: WritableLog): Commit {
  const encoder = createEncoder();

  /** The calls still to be written, in order; those whose `expectedSeq` does not hold get their conflict. */
  const select = (group: readonly PendingAppend[]): PendingAppend[] => {
    let { seq } = log.cursor.position;
    return group.filter((append) => {
      if (append.outcome !== undefined) return false;
      if (append.expectedSeq !== undefined && append.expectedSeq !== seq) {
        append.outcome = { kind: "failed", error: conflict(path, append.expectedSeq, seq) };
        return false;
      }
      seq += append.events.length;
      return true;
    });
  };

  /** [EL-1] One write; what it returns is only believed after looking. */
  const write = (batch: EncodedBatch): { readonly written: number; readonly error: unknown } => {
    try {
      return { written: disk.writeSync(log.file.fd, batch.bytes, 0, batch.bytes.length), error: undefined };
    } catch (error) {
      return { written: 0, error };
    }
  };

  /** Undefined also when the disk does not answer: then the file is read. */
  const sizeNow = (): number | undefined => {
    try {
      return log.file.size();
    } catch {
      return undefined;
    }
  };

  const isAccepted = (
    batch: EncodedBatch,
    sizeBefore: number,
    written: number,
    onOthers: OnAccept | undefined,
  ): boolean => {
    const expected = sizeBefore + batch.bytes.length;
    if (written === batch.bytes.length && sizeNow() === expected) {
      log.cursor.jump({ ...batch.position, offset: expected });
      return true;
    }
    let found = false;
    log.catchUp((entry) => {
      if (entry.event.writer === batch.writer) found = true;
      else onOthers?.(entry);
    });
    return found;
  };

  return (group, held) => {
    let shortWrites = 0;
    const onOthers = noteAdopted(group);
    for (let round = 0; round < MOST_ROUNDS; round++) {
      const size = log.catchUp(onOthers);
      const appends = select(group);
      if (appends.length === 0) return;
      const batch = encoder.encode(eventsOf(appends), log.cursor.position, size, log.cursor.offset < size);
      if (batch.position.seq >= MAX_SEQ) throw numbersUsedUp(path, batch.position.seq);
      if (!held.stillHeld()) throw lockLost(path);
      if (log.file.size() !== size) continue;
      const { written, error } = write(batch);
      let accepted: boolean;
      try {
        accepted = isAccepted(batch, size, written, onOthers);
      } catch (lookError) {
        throw isAgentlogError(lookError) ? lookError : cannotLook(path, lookError);
      }
      if (accepted) {
        settle(appends, batch.firstSeq);
        return;
      }
      if (error !== undefined) throw toIoError(error, path, "appending");
      if (written < batch.bytes.length && ++shortWrites === MOST_SHORT_WRITES) throw shortWrite(path);
    }
    throw lockLost(path);
  };
}

function eventsOf(appends: readonly PendingAppend[]): readonly PendingEvent[] {
  const all: PendingEvent[] = [];
  for (const { events } of appends) for (const event of events) all.push(event);
  return all;
}

type OnAccept = (entry: Entry) => void;

/** A spooled event may be adopted by two processes at once when one of them was stopped: whoever is second sees it here. */
function noteAdopted(group: readonly PendingAppend[]): OnAccept | undefined {
  const adopted = group.filter((append) => append.spooled !== undefined);
  if (adopted.length === 0) return undefined;
  return ({ event }) => {
    const append = adopted.find((candidate) => candidate.events[0]?.id === event.id);
    if (append !== undefined) append.outcome ??= { kind: "appended", firstSeq: event.seq };
  };
}

function settle(appends: readonly PendingAppend[], firstSeq: number): void {
  let seq = firstSeq;
  for (const append of appends) {
    append.outcome = { kind: "appended", firstSeq: seq };
    seq += append.events.length;
  }
}

function conflict(path: string, expected: number, actual: number): Error {
  return agentlogError(
    "SEQ_CONFLICT",
    `${path} has ${actual} as its last sequence number, not ${expected}: read what is new and decide again`,
    { path, expected, actual },
  );
}

function numbersUsedUp(path: string, seq: number): Error {
  return agentlogError(
    "LOG_DAMAGED",
    `${path} has no numbers left after ${seq}: one of its lines has a false one; look at it with verify`,
    { path, kind: "gap", line: 0, offset: 0 },
  );
}

function cannotLook(path: string, cause: unknown): Error {
  return agentlogError(
    "DURABILITY_UNKNOWN",
    `${path} was written to and cannot be read now: the event may or may not be in it; check the disk`,
    { path },
    { cause },
  );
}

function lockLost(path: string): Error {
  return agentlogError("LOCK_LOST", `the lock of ${path} was taken away while it was held; nothing was written`, {
    path,
  });
}

function shortWrite(path: string): Error {
  return agentlogError(
    "IO_ERROR",
    `appending failed: the disk took only a part of it at ${path}; free some space and try again`,
    { path, errno: "ENOSPC", syscall: "write" },
  );
}
