import { type Disk, type HeldLock, type Spool } from "@agentlog/durable-fs";
import { isAgentlogError } from "@agentlog/types";
import { type Commit } from "./commit.js";
import { createCursor } from "./cursor.js";
import { locate } from "./locate.js";
import { type PendingAppend, type PendingEvent } from "./pending.js";
import { type WritableLog } from "./writable-log.js";

/** [EL-8] Events whose writer could not get the lock: kept durably, appended by the next holder, in order, exactly once. */
export interface SpoolAdoption {
  /** Stores one call's events. */
  put(events: readonly PendingEvent[]): void;
  /** Under the lock: appends what waits in the spool. What cannot be appended now stays there. */
  adopt(commit: Commit, held: HeldLock): void;
}

/**
 * Exactly once, whenever the adopter dies: before it appends, it renames the entry to carry the last sequence number of
 * that moment. Whoever finds an entry so marked looks for its event behind that number, and appends it only if it is not
 * there. A number and not an offset: a repair may move lines.
 */
export function createSpoolAdoption(disk: Disk, spool: Spool, log: WritableLog, sync: () => void): SpoolAdoption {
  /** The number of an accepted event behind `seq`, found by its id. */
  const acceptedBehind = (seq: number, id: string, size: number): number | undefined => {
    if (seq >= log.cursor.position.seq) return undefined;
    let found: number | undefined;
    const cursor = createCursor(disk, log.file.fd, locate(disk, log.file.fd, size, seq + 1));
    cursor.advance(size, ({ event }) => {
      if (event.seq > seq && event.id === id) found ??= event.seq;
    });
    return found;
  };

  const adoptOne = (name: string, commit: Commit, held: HeldLock): void => {
    const size = log.catchUp();
    const mark = spool.claim(name, String(log.cursor.position.seq));
    const events = parseEntry(spool.read(name));
    // Gone: another adopter, stopped until now, has finished with it. No events: nothing of ours, for a person to look at.
    if (mark === undefined || events === undefined) return;
    const append: PendingAppend = {
      events,
      expectedSeq: undefined,
      since: 0,
      spooled: name,
      outcome: undefined,
      settle: () => {},
    };
    const seq = acceptedBehind(Number(mark), events[0]!.id, size);
    if (seq !== undefined) append.outcome = { kind: "appended", firstSeq: seq };
    if (append.outcome === undefined) commit([append], held);
    // The spool's copy was synced when it was made: it goes only when the log's copy is as safe.
    sync();
    spool.remove(name);
  };

  return {
    put: (events) => {
      spool.put(Buffer.from(`{"events":[${events.map(({ body }) => `{${body}}`).join(",")}]}\n`));
    },
    adopt: (commit, held) => {
      try {
        if (spool.isEmpty()) return;
        for (const { name } of spool.list()) adoptOne(name, commit, held);
        // Without its folder an empty spool costs the next append one failing call instead of a listing.
        spool.prune();
      } catch (error) {
        if (isAgentlogError(error, "LOCK_LOST") || isAgentlogError(error, "DURABILITY_UNKNOWN")) throw error;
        // It stays in the spool, in its order, and those behind it too; the caller's own events need not wait for it.
      }
    },
  };
}

/** Undefined for what is no entry of ours: it is left where it is. */
function parseEntry(bytes: Buffer | undefined): PendingEvent[] | undefined {
  if (bytes === undefined) return undefined;
  try {
    const { events } = JSON.parse(bytes.toString("utf8")) as { events: readonly { id: string }[] };
    if (!Array.isArray(events) || events.length === 0) return undefined;
    return events.map((event) => {
      const body = JSON.stringify(event).slice(1, -1);
      return { id: event.id, body, bytes: Buffer.byteLength(body) };
    });
  } catch {
    return undefined;
  }
}
