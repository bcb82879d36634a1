import { setTimeout as sleep } from "node:timers/promises";
import { type Spool, type SpoolEntry } from "@agentlog/durable-fs";
import { isAgentlogError } from "@agentlog/types";
import { type HookEvent, type MappedHook } from "./mapped.js";
import { type HookLog, openTailIndex, type TailIndex } from "./tail-index.js";

/** One captured call, mapped. */
export interface MappedCall {
  readonly name: string;
  readonly entry: SpoolEntry;
  readonly mark: string | undefined;
  readonly bytes: Buffer;
  readonly mapped: MappedHook;
}

/** What became of the calls of one session. */
export interface AppendedCalls {
  readonly appended: number;
  /** Calls whose events are in the log now, whoever appended them. */
  readonly done: readonly MappedCall[];
  /** Calls with an event that the log does not take. */
  readonly refused: readonly MappedCall[];
}

const BATCH_EVENTS = 250;
const BATCH_BYTES = 512 * 1024;

/**
 * Appends the events of one session's calls, each exactly once, whenever this process dies: before it appends, each entry gets
 * the last number of that moment as its mark. Whoever finds a marked entry looks for its events behind that number. The same
 * trick as that of the log's own spool.
 */
export async function appendCalls(
  log: HookLog,
  agent: string,
  spool: Spool,
  calls: readonly MappedCall[],
): Promise<AppendedCalls> {
  const tail = await openTailIndex(log, agent, firstMark(calls));
  const open: MappedCall[] = [];
  for (const call of calls) {
    const mark = spool.claim(call.name, toMark(tail.lastSeq));
    // Gone: another drain has done with it. Another's mark: it may be appending right now, which the log will say.
    if (mark !== undefined) open.push(call);
  }
  const refused = new Set<MappedCall>();
  let appended = 0;
  for (const batch of batchesOf(open)) appended += await appendBatch(log, tail, batch, refused);
  return { appended, done: open.filter((call) => !refused.has(call)), refused: [...refused] };
}

/** A mark holds no minus: the number of events that the log had. */
const toMark = (lastSeq: number): string => String(lastSeq + 1);

/** The last number before the first of the marks; undefined without any. */
function firstMark(calls: readonly MappedCall[]): number | undefined {
  const marks = calls.flatMap(({ mark }) => (mark !== undefined && /^\d{1,16}$/.test(mark) ? [Number(mark) - 1] : []));
  return marks.length === 0 ? undefined : Math.min(...marks);
}

type Told = HookEvent & { readonly call: MappedCall };

function batchesOf(calls: readonly MappedCall[]): readonly (readonly Told[])[] {
  const batches: Told[][] = [];
  let bytes = Infinity;
  for (const call of calls) {
    for (const told of call.mapped.events) {
      if (bytes >= BATCH_BYTES || batches.at(-1)!.length >= BATCH_EVENTS) {
        batches.push([]);
        bytes = 0;
      }
      batches.at(-1)!.push({ ...told, call });
      bytes += call.bytes.length;
    }
  }
  return batches;
}

async function appendBatch(
  log: HookLog,
  tail: TailIndex,
  batch: readonly Told[],
  refused: Set<MappedCall>,
): Promise<number> {
  for (let conflicts = 1; ; conflicts++) {
    const fresh = unknownOf(batch, tail, refused);
    if (fresh.length === 0) return 0;
    try {
      const events = fresh.map(({ event }) => event);
      await log.appendMany(events, { expectedSeq: tail.lastSeq });
      await tail.catchUp();
      return fresh.length;
    } catch (error) {
      if (isAgentlogError(error, "SEQ_CONFLICT")) {
        await tail.catchUp();
        // Two that wait equally long meet again.
        await sleep(Math.random() * Math.min(conflicts, 20));
      } else if (isAgentlogError(error, "INVALID_EVENT")) refused.add(fresh[error.index]!.call);
      else if (isAgentlogError(error, "EVENT_TOO_LARGE") || isAgentlogError(error, "BATCH_TOO_LARGE")) {
        if (fresh.length > 1) {
          const half = fresh.length >> 1;
          const first = await appendBatch(log, tail, fresh.slice(0, half), refused);
          return first + (await appendBatch(log, tail, fresh.slice(half), refused));
        }
        refused.add(fresh[0]!.call);
      } else throw error;
    }
  }
}

/** Each once: not what the log has, and of several hooks that tell the same only the first. */
function unknownOf(batch: readonly Told[], tail: TailIndex, refused: ReadonlySet<MappedCall>): readonly Told[] {
  const taken = new Set<string>();
  return batch.filter((told) => {
    const isTaken = [told.event.id, ...told.sameAs].some((id) => taken.has(id));
    if (refused.has(told.call) || isTaken || tail.has(told)) return false;
    taken.add(told.event.id);
    return true;
  });
}
