// Appends argv[5] events to the log at argv[2] and folds them into the store of kind argv[3] in argv[4], one by one and
// by turns with other processes. With argv[5] "check" it compares the store with a fold of the whole log and prints how
// many events both have, or how they differ.
import { isDeepStrictEqual } from "node:util";
import { openEventLog } from "@agentlog/event-log";
import { defineCollection, memoryStore, openCollection, openReadModel } from "@agentlog/projection";

const [path, kind, directory, count] = process.argv.slice(2);
const counters = defineCollection({
  name: "counters",
  version: 1,
  key: (event) => [event.data.name, "all"],
  evolve: (counter, event) => ({
    count: (counter?.count ?? 0) + 1,
    last: event.seq,
    note: event.data.note,
  }),
  indexes: { last: ({ last }) => [[String(last).padStart(9, "0")]] },
  text: ({ note }) => [note],
});
const log = openEventLog(path);
const store = openReadModel({ directory, kind });

const everything = async (collection) => {
  const limit = 1_000_000;
  await collection.catchUp();
  return {
    records: await collection.records({ limit }),
    last: await collection.scan("last", { limit }),
    found: await collection.search("note 1", { limit }),
  };
};

if (count === "check") {
  const kept = await everything(openCollection(counters, { log, store }));
  const folded = await everything(openCollection(counters, { log, store: memoryStore() }));
  const equal = isDeepStrictEqual(kept, folded);
  console.log(
    equal ? `equal ${kept.records.find(({ key }) => key === "all").record.count}` : JSON.stringify({ kept, folded }),
  );
} else {
  let collection = openCollection(counters, { log, store });
  for (let n = 0; n < Number(count); n++) {
    const { seq } = await log.append({ type: "counted", data: { name: `n${n % 17}`, note: `note ${n}` } });
    const { position } = await collection.catchUp();
    if (position.seq < seq) throw new Error(`folded to ${position.seq}, appended ${seq}`);
    const all = await collection.get("all");
    if (all.count !== all.last + 1 || all.last < seq) throw new Error(`${all.count} counted up to ${all.last}`);
    if (n % 40 === 39) {
      await collection.close();
      collection = openCollection(counters, { log, store });
    }
  }
  await collection.close();
  console.log("done");
}
