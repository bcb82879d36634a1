import path from "node:path";
import { agentlog } from "../alternatives/agentlog.js";
import { heldLockWrite } from "../alternatives/held-lock-write.js";
import { lmdbStore } from "../alternatives/lmdb.js";
import { lockedAppendFile } from "../alternatives/locked-append-file.js";
import { hasNodeSqlite, nodeSqlite } from "../alternatives/node-sqlite.js";
import { pinoFile } from "../alternatives/pino.js";
import { rawFile } from "../alternatives/raw-file.js";
import { asRates, compare, compareRates } from "../compare.js";
import { type Alternative, type Bench, type Family, type Figure, type Results } from "../figure.js";
import { createStoreCases } from "../store-cases.js";

const BATCHED: Figure = {
  name: "append-batched",
  title: "append, 256 outstanding, os : JSON.stringify + writeSync one by one (rate)",
  limit: 1,
  direction: "at-least",
  unit: "x",
};
const BATCHED_SQLITE: Figure = {
  name: "append-batched-sqlite",
  title: "append, 256 outstanding, os : SQLite NORMAL, one a transaction (rate)",
  limit: 5,
  direction: "at-least",
  unit: "x",
};
const AWAITED_LOCKFILE: Figure = {
  name: "append-awaited-lockfile",
  title: "append, awaited one by one, os : proper-lockfile around appendFile (rate)",
  limit: 3,
  direction: "at-least",
  unit: "x",
};
const AWAITED_BARE: Figure = {
  name: "append-awaited-bare",
  title: "append, awaited one by one, os : bare lock + write + unlock (time)",
  limit: 1.3,
  direction: "at-most",
  unit: "x",
};

const MICROS = "µs/event";
const OUTSTANDING = 256;

/** Durability `os` beside what keeps an event when the process dies and may lose it with the power. */
async function measureSize(bench: Bench, bytes: number): Promise<Record<string, readonly number[]>> {
  const at = (name: string): string => path.join(bench.folder, `${name}-${bytes}`);
  const stores = createStoreCases(bytes);
  const [many, some, few] = [4096, 1024, 128];
  stores.add("JSON.stringify + writeSync", rawFile(at("raw")), some);
  stores.add("agentlog, 256 outstanding", agentlog(at("outstanding"), { outstanding: OUTSTANDING }), many);
  stores.add("agentlog, 256 outstanding, ids and times made by it", agentlog(at("minted"), { outstanding: OUTSTANDING }, {}, true), many); // prettier-ignore
  stores.add("agentlog, appendMany of 256", agentlog(at("batch"), { batch: OUTSTANDING }), many);
  stores.add("agentlog, awaited one by one", agentlog(at("awaited"), "awaited"), some);
  stores.add("agentlog, appendSync", agentlog(at("blocking"), "blocking"), some);
  stores.add("bare lock + write + unlock", heldLockWrite(at("bare")), some);
  stores.add("proper-lockfile + appendFile", lockedAppendFile(at("lockfile")), few);
  stores.add("pino, sync", pinoFile(at("pino"), "sync"), some);
  stores.add("pino, 4 KB buffered", pinoFile(at("pino-buffered"), "buffered"), some);
  stores.add("lmdb, 256 puts, then awaited", lmdbStore(at("lmdb"), "os", OUTSTANDING), some);
  stores.add("lmdb, put awaited one by one", lmdbStore(at("lmdb-one"), "os", 1), few);
  if (hasNodeSqlite()) {
    stores.add("SQLite WAL NORMAL, one a transaction", nodeSqlite(at("sqlite"), "NORMAL"), some);
    stores.add("SQLite WAL NORMAL, 256 a transaction", nodeSqlite(at("sqlite-many"), "NORMAL", OUTSTANDING), many);
  }
  const times = await bench.interleave(stores.cases, { rounds: 25, quick: 6 });
  await stores.verify();
  return times;
}

async function measure(bench: Bench): Promise<Results> {
  const small = await measureSize(bench, 300);
  const large = await measureSize(bench, 2048);
  const of = (name: string) => ({ name, unit: MICROS, values: small[name] ?? [] });
  const raw = of("JSON.stringify + writeSync");
  const batched = of("agentlog, 256 outstanding");
  const awaited = of("agentlog, awaited one by one");
  const alternatives: readonly Alternative[] = [
    ...asRates("append, 300 B, survives the process", small),
    ...asRates("append, 2 KB, survives the process", large),
  ];
  return {
    measured: [
      compareRates(BATCHED, batched, raw),
      ...(hasNodeSqlite() ? [compareRates(BATCHED_SQLITE, batched, of("SQLite WAL NORMAL, one a transaction"))] : []),
      compareRates(AWAITED_LOCKFILE, awaited, of("proper-lockfile + appendFile")),
      compare(AWAITED_BARE, awaited, of("bare lock + write + unlock")),
    ],
    alternatives,
  };
}

export const append: Family = {
  name: "append",
  nodes: "newest",
  figures: [BATCHED, BATCHED_SQLITE, AWAITED_LOCKFILE, AWAITED_BARE],
  measure,
};
