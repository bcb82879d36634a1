import { type EventId, type JsonObject } from "@agentlog/types";
import { isObject, textField } from "../records/fields.js";
import { type AliasedEvent, createHookAliases } from "./hook-aliases.js";
import { type HookEvent } from "./mapped.js";
import { type ImportedEvent } from "../source.js";

/** What a drain needs of a session's log; an `EventLog` opened with `oversize: "spill"` is one. */
export interface HookLog {
  /** Appends all or none; throws `SEQ_CONFLICT` when `expectedSeq` is not the last sequence number (-1: empty). */
  appendMany(events: readonly ImportedEvent[], options: { readonly expectedSeq: number }): Promise<unknown>;
  read(options?: { readonly from?: number }): AsyncIterable<LoggedEvent>;
  stat(): { readonly lastSeq: number };
  close(): Promise<void>;
}

export interface LoggedEvent {
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  readonly data: object;
}

/** The latest events of a log by their ids, and by those a hook would have given them. */
export interface TailIndex {
  readonly lastSeq: number;
  /** Reads what was added since. */
  catchUp(): Promise<void>;
  has(told: HookEvent): boolean;
}

/**
 * How far back a drain looks for what an import has told before it. An import empties the spool first, so only what happens
 * while it runs is behind it: the cost stays the same for a log of any length.
 */
const WINDOW = 256;

/** `mark`: the last number of the log before an earlier drain may have appended; everything behind it is read. */
export async function openTailIndex(log: HookLog, agent: string, mark: number | undefined): Promise<TailIndex> {
  const known = new Set<string>();
  const aliases = createHookAliases(agent);
  const { lastSeq: end } = log.stat();
  let lastSeq = Math.max(-1, Math.min(end - WINDOW, mark ?? end));

  const catchUp = async (): Promise<void> => {
    const { lastSeq: last } = log.stat();
    if (last > lastSeq) {
      for await (const event of log.read({ from: lastSeq + 1 })) {
        known.add(event.id);
        for (const ids of aliases.of([event as unknown as AliasedEvent], promptIdOf(event, agent))?.values() ?? [])
          for (const id of ids) known.add(id);
        lastSeq = Math.max(lastSeq, event.seq);
      }
    }
    // A log may end with numbers that a repair gave up, or have been replaced by a shorter one.
    lastSeq = Math.max(last, Math.min(lastSeq, log.stat().lastSeq));
  };

  await catchUp();
  return {
    get lastSeq() {
      return lastSeq;
    },
    catchUp,
    has: ({ event, sameAs }) => known.has(event.id) || sameAs.some((id: EventId) => known.has(id)),
  };
}

/** The id of its turn that an import kept with a prompt. */
function promptIdOf(event: LoggedEvent, agent: string): string | undefined {
  const meta = (event as { readonly meta?: JsonObject }).meta;
  const about = isObject(meta) ? meta[agent] : undefined;
  return isObject(about) ? textField(about, "promptId") : undefined;
}
