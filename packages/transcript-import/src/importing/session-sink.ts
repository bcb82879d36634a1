import { setTimeout as sleep } from "node:timers/promises";
import { type EventId, isAgentlogError } from "@agentlog/types";
import { type ImportedEvent } from "../source.js";
import { createIdSet } from "./id-set.js";
import { type FileTally } from "./report.js";
import { type SessionLog } from "./session-log.js";

/** An event on its way into a log, and the line to name when the log refuses it. */
export interface Pending {
  readonly event: ImportedEvent;
  /** Other ids under which the log may have it: those a hook gave to the same. */
  readonly alsoKnownAs?: readonly EventId[] | undefined;
  readonly line: number;
  readonly offset: number;
  readonly tally: FileTally;
}

/** One session's log while events go into it. */
export interface SessionSink {
  /** How many ids it holds in memory. */
  readonly ids: number;
  /** True when the log had no event before this import. */
  readonly wasEmpty: boolean;
  /** True when an event was added. */
  readonly grew: boolean;
  /** Takes an event unless the log has it. `bytes`: about how much it will hold in memory. */
  add(pending: Pending, bytes: number): Promise<void>;
  /** Writes what it took. */
  flush(): Promise<void>;
  close(): Promise<void>;
}

const BATCH_EVENTS = 250;
const BATCH_BYTES = 512 * 1024;

/**
 * Adds the events that a log does not have yet. What it has is read from the log itself, and every batch is appended only
 * if nothing was added since (`expectedSeq`): when somebody else was faster, their events are read and the batch is decided
 * again. So two imports at once, or one that was killed, never leave an event twice or lose one.
 */
export async function openSessionSink(log: SessionLog, dryRun: boolean): Promise<SessionSink> {
  const ids = createIdSet();
  let lastSeq = -1;
  let batch: Pending[] = [];
  let batchIds = new Set<string>();
  let batchBytes = 0;
  let grew = false;

  /** Reads what was added since; all that there was when it was called is in afterwards. */
  const catchUp = async (): Promise<void> => {
    const known = log.stat().lastSeq;
    if (known < lastSeq) {
      // Somebody replaced the log by a shorter one.
      ids.clear();
      lastSeq = -1;
    }
    if (known === lastSeq) return;
    for await (const { seq, id } of log.read({ from: lastSeq + 1 })) {
      ids.add(id);
      lastSeq = seq;
    }
    // A log may end with numbers that a repair gave up: they have no event to read.
    lastSeq = Math.max(lastSeq, known);
  };

  const has = ({ event, alsoKnownAs = [] }: Pending): boolean =>
    ids.has(event.id) || alsoKnownAs.some((alias) => ids.has(alias));

  const added = (pending: readonly Pending[]): void => {
    for (const { event, tally } of pending) {
      ids.add(event.id);
      tally.counts.added += 1;
    }
    grew ||= pending.length > 0;
  };

  const refused = ({ line, offset, tally }: Pending, reason: string): void => tally.bad({ line, offset, reason });

  const append = async (pending: readonly Pending[]): Promise<void> => {
    let rest = pending;
    for (let conflicts = 0; rest.length > 0;) {
      try {
        if (!dryRun)
          await log.appendMany(
            rest.map(({ event }) => event),
            { expectedSeq: lastSeq },
          );
        lastSeq += rest.length;
        added(rest);
        return;
      } catch (error) {
        if (isAgentlogError(error, "SEQ_CONFLICT")) {
          await catchUp();
          for (const { tally } of rest.filter(has)) tally.counts.alreadyThere += 1;
          rest = rest.filter((one) => !has(one));
          // Two that wait equally long meet again.
          conflicts += 1;
          await sleep(Math.random() * Math.min(conflicts, 20));
        } else if (isAgentlogError(error, "INVALID_EVENT")) {
          const { index } = error;
          refused(rest[index]!, "refused-by-log");
          rest = rest.filter((_, at) => at !== index);
        } else if (isAgentlogError(error, "EVENT_TOO_LARGE") || isAgentlogError(error, "BATCH_TOO_LARGE")) {
          if (rest.length === 1) return refused(rest[0]!, "too-large-for-log");
          const half = rest.length >> 1;
          await append(rest.slice(0, half));
          rest = rest.slice(half);
        } else throw error;
      }
    }
  };

  const flush = async (): Promise<void> => {
    const pending = batch;
    batch = [];
    batchIds = new Set();
    batchBytes = 0;
    await append(pending);
  };

  await catchUp();
  const wasEmpty = lastSeq === -1;

  return {
    wasEmpty,
    get ids() {
      return ids.size;
    },
    get grew() {
      return grew;
    },
    add: async (pending, bytes) => {
      const { id } = pending.event;
      if (has(pending) || batchIds.has(id)) {
        pending.tally.counts.alreadyThere += 1;
        return;
      }
      batch.push(pending);
      batchIds.add(id);
      batchBytes += bytes;
      if (batch.length >= BATCH_EVENTS || batchBytes >= BATCH_BYTES) await flush();
    },
    flush,
    close: () => log.close(),
  };
}
