import { createHash } from "node:crypto";
import { type StoredEvent } from "@agentlog/event-log";
import { type Collection, type CollectionDefinition, defineCollection } from "@agentlog/projection";

/** What the projector keeps of each session in the registry's log; as small as it can be with an index and a text. */

export type SoakRecord = { readonly events: number; readonly at: string; readonly words: string };

type SessionEvent = StoredEvent & { readonly session?: unknown };

export const soakCollection: CollectionDefinition<SoakRecord, SessionEvent> = defineCollection<
  SoakRecord,
  SessionEvent
>({
  name: "soak",
  version: 1,
  key: ({ session }) => (typeof session === "string" ? session : undefined),
  evolve: (before, { time, session }) => ({
    events: (before?.events ?? 0) + 1,
    at: time,
    words: `soak ${String(session).slice(-6)}`,
  }),
  indexes: { byTime: ({ at }) => [[at]] },
  text: ({ words }) => [words],
});

const PAGE = 100;

/** A hash of all records, read in pages. */
export async function digestOf(collection: Collection<SoakRecord>): Promise<string> {
  const hash = createHash("sha256");
  let after: string | undefined;
  for (;;) {
    const page = await collection.records({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const {
      key,
      record: { events, at, words },
    } of page)
      hash.update(`${key} ${events} ${at} ${words}\n`);
    if (page.length < PAGE) return hash.digest("hex");
    after = page.at(-1)!.key;
  }
}
