import path from "node:path";
import { agentlog } from "../alternatives/agentlog.js";
import { lmdbStore } from "../alternatives/lmdb.js";
import { hasNodeSqlite, nodeSqlite } from "../alternatives/node-sqlite.js";
import { rawFile } from "../alternatives/raw-file.js";
import { asRates, compare, compareRates } from "../compare.js";
import { type Bench, type Family, type Figure, type Results } from "../figure.js";
import { createStoreCases } from "../store-cases.js";

const BATCHED: Figure = {
  name: "append-disk-batched",
  title: "append, 256 outstanding, disk : awaited one by one, disk (rate)",
  limit: 40,
  direction: "at-least",
  unit: "x",
};
const AWAITED: Figure = {
  name: "append-disk-awaited",
  title: "append, awaited one by one, disk : write + fdatasync (time)",
  limit: 1.4,
  direction: "at-most",
  unit: "x",
};

const OUTSTANDING = 256;
const disk = { durability: "disk" } as const;

/** Durability `disk` beside what keeps an event when the power goes. */
async function measureSize(bench: Bench, bytes: number): Promise<Record<string, readonly number[]>> {
  const at = (name: string): string => path.join(bench.folder, `${name}-${bytes}`);
  const stores = createStoreCases(bytes);
  const [many, few] = [4096, 100];
  stores.add("write + fdatasync", rawFile(at("raw"), true), few);
  stores.add("agentlog, awaited one by one", agentlog(at("awaited"), "awaited", disk), few);
  stores.add("agentlog, 256 outstanding", agentlog(at("outstanding"), { outstanding: OUTSTANDING }, disk), many);
  stores.add("lmdb, put, then flushed", lmdbStore(at("lmdb-one"), "disk", 1), few);
  stores.add("lmdb, 256 puts, then flushed", lmdbStore(at("lmdb"), "disk", OUTSTANDING), many);
  if (hasNodeSqlite()) {
    stores.add("SQLite WAL FULL, one a transaction", nodeSqlite(at("sqlite"), "FULL"), few);
    stores.add("SQLite WAL FULL, 256 a transaction", nodeSqlite(at("sqlite-many"), "FULL", OUTSTANDING), many);
  }
  const times = await bench.interleave(stores.cases, { rounds: 20, quick: 5 });
  await stores.verify();
  return times;
}

async function measure(bench: Bench): Promise<Results> {
  const small = await measureSize(bench, 300);
  const large = await measureSize(bench, 2048);
  const of = (name: string) => ({ name, unit: "µs/event", values: small[name] ?? [] });
  const awaited = of("agentlog, awaited one by one");
  return {
    measured: [
      compareRates(BATCHED, of("agentlog, 256 outstanding"), awaited),
      compare(AWAITED, awaited, of("write + fdatasync")),
    ],
    alternatives: [
      ...asRates("append, 300 B, survives a power loss", small),
      ...asRates("append, 2 KB, survives a power loss", large),
    ],
  };
}

export const appendDisk: Family = { name: "append-disk", nodes: "newest", figures: [BATCHED, AWAITED], measure };
