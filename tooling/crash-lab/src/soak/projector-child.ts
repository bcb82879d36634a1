import { join } from "node:path";
import { openEventLog } from "@agentlog/event-log";
import { openCollection, openReadModel } from "@agentlog/projection";
import { openRegistry } from "@agentlog/session-registry";
import { participate } from "./participant.js";
import { digestOf, soakCollection } from "./read-model.js";

/** Keeps a read model of its own at the registry's log, and asks it and the registry's own after each change. */

await participate(({ store, folder, over, say, wrong }) => {
  const log = openEventLog(join(store.layout.registryDir, "events.jsonl"));
  const onProblem = ({ message }: { readonly message: string }): void => wrong(message);
  const collection = openCollection(soakCollection, { log, store: openReadModel({ directory: folder }), onProblem });
  const registry = openRegistry(store, { onProblem });
  let done = 0;

  const ask = async (): Promise<void> => {
    const [newest] = await collection.scan("byTime", { reverse: true, limit: 1 });
    if (newest === undefined) return;
    const record = await collection.get(newest.key);
    const found = await collection.search(record?.words ?? "", { limit: 10 });
    if (!found.includes(newest.key)) wrong(`a search does not find ${newest.key} by its own words`);
    const [latest] = await registry.find({ limit: 5 });
    if (latest === undefined || (await registry.get(latest.session)) === undefined) wrong("the registry finds nothing");
  };

  const watching = (async () => {
    for await (const _ of collection.watch({ signal: over })) {
      await ask();
      done += 1;
    }
  })();

  return {
    done: () => done,
    end: async () => {
      await watching;
      await collection.catchUp();
      const [seq, digest] = [collection.position?.seq ?? -1, await digestOf(collection)];
      say({ kind: "projected", seq, digest });
      await Promise.all([collection.close(), registry.close(), log.close()]);
    },
  };
});
