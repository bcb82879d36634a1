import { join } from "node:path";
import { type Disk, nodeDisk, type StoreLayout } from "@agentlog/durable-fs";
import { openEventLog } from "@agentlog/event-log";
import { inspectReadModels, type KeptReadModel, memoryStore, openCollection, type Problem } from "@agentlog/projection";
import { type SessionRecord } from "./contract.js";
import { sessionCollection } from "./fold/collection.js";

/** What a registry's log says, folded for this one look. */
export interface RegistryContent {
  /** Every record, also of sessions that were merged into another. */
  readonly records: readonly SessionRecord[];
  /** Events that were folded. */
  readonly events: number;
  /** Events in the log that could not be used. */
  readonly skipped: number;
}

/** A read model of the registry as it lies on the disk. */
export interface RegistryReadModel extends KeptReadModel {
  /** Whether it is the one that this version of the package reads. */
  readonly current: boolean;
}

export interface InspectRegistryOptions {
  /** Told of everything in the log that could not be used. */
  readonly onProblem?: ((problem: Problem) => void) | undefined;
  /** Default: Node's `fs`. */
  readonly disk?: Disk | undefined;
}

const PAGE = 100;

/**
 * All that a registry's log says, folded in memory: what `openRegistry` would answer from, without a lock, without the read
 * model that is kept, and with nothing written. For a look at a store that may be damaged. Throws `UNSAFE_PATH`,
 * `NOT_A_LOG`, `IO_ERROR`.
 */
export async function readRegistry(
  store: { readonly layout: StoreLayout },
  { onProblem, disk = nodeDisk }: InspectRegistryOptions = {},
): Promise<RegistryContent> {
  await using collection = openCollection(sessionCollection, {
    log: openEventLog(join(store.layout.registryDir, "events.jsonl"), { disk }),
    store: memoryStore(),
    onBadEvent: "skip",
    disk,
    ...(onProblem === undefined ? {} : { onProblem }),
  });
  const { events, skipped } = await collection.catchUp();
  const records: SessionRecord[] = [];
  for (let after: string | undefined; ;) {
    const page = await collection.records({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const { record } of page) records.push(record);
    if (page.length < PAGE) return { records, events, skipped };
    after = page.at(-1)?.key;
  }
}

/** The read models that are kept beside a registry's log, and whether they fit it. Changes nothing. Throws `IO_ERROR`. */
export function inspectRegistry(
  { layout }: { readonly layout: StoreLayout },
  { disk }: Pick<InspectRegistryOptions, "disk"> = {},
): readonly RegistryReadModel[] {
  const { name, version } = sessionCollection;
  const directory = layout.registryDir;
  return inspectReadModels({ directory, log: join(directory, "events.jsonl"), disk }).map((model) => ({
    ...model,
    current: model.name === undefined || (model.name === name && model.version === version),
  }));
}
