import { agentlogError, isAgentlogError } from "@agentlog/types";
import {
  type Change,
  type DocumentOptions,
  type ListOptions,
  type Snapshot,
  type SnapshotDocuments,
} from "./contract.js";
import { type SnapshotEntry, type SnapshotStore } from "./contract.js";
import { type SnapshotCore, type Write } from "./core.js";
import { corruptSnapshot, shown, usage } from "./errors.js";
import { judgeBy } from "./judge.js";
import { listByLoading } from "./list-by.js";
import { toJson } from "./to-json.js";

/** How often a change is tried again because somebody else was faster. */
const MOST_ATTEMPTS = 1_000;

/** Makes a store of documents of type `T` out of a place to keep JSON: a folder, a database, anything with a `SnapshotCore`. */
export function defineSnapshotStore<T>(core: SnapshotCore, options: DocumentOptions<T> = {}): SnapshotStore<T> {
  const { describe = describeByAgent, now = Date.now } = options;
  const judge = judgeBy(options.schema);
  const running = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  /** Counts a call as begun until it is over, so that `close` can wait for it. */
  const begin = <R>(work: () => Promise<R>): Promise<R> => {
    if (closing !== undefined) {
      return Promise.reject(
        agentlogError("CLOSED", "the snapshot store was closed before", { what: "snapshot store" }),
      );
    }
    const call = work().finally(() => running.delete(call));
    running.add(call);
    return call;
  };

  const prepare = async (key: string, document: T, ifVersion: number | undefined): Promise<Write> => {
    const json = toJson(document, key);
    // What will be stored, and not what it was made from: a Date would pass here and be refused on every load.
    const refusal = options.schema === undefined ? undefined : await judge(JSON.parse(json));
    if (refusal !== undefined) throw usage(`${shown(key)} was not saved: ${refusal}`);
    const { owner, time } = describe(document);
    return { json, owner, time: toTime(time, now), ifVersion, judge };
  };

  const checked = async (found: Snapshot<unknown> | undefined): Promise<Snapshot<T> | undefined> => {
    if (found === undefined) return undefined;
    const refusal = await judge(found.document);
    if (refusal !== undefined) throw corruptSnapshot(core.locate(found.key), found.key, refusal);
    return found as Snapshot<T>;
  };

  const load = async (key: string, version?: number): Promise<Snapshot<T> | undefined> =>
    await checked(await core.load(key, version));

  const update = async (key: string, change: Change<T, T | undefined>): Promise<Snapshot<T> | undefined> => {
    let result: Snapshot<T> | undefined;
    const entry = await updateIn(core, key, async (found) => {
      result = await checked(found);
      const document = await change(result?.document, found && withoutDocument(found));
      if (document === undefined) {
        // What `change` altered and then left alone is not what is stored.
        result = found && (await load(key));
        return undefined;
      }
      const write = await prepare(key, document, undefined);
      result = { ...(found ?? EMPTY), key, document: JSON.parse(write.json) as T };
      return write;
    });
    return entry === undefined || result === undefined ? result : { ...entry, document: result.document };
  };

  return {
    supports: core.supports,
    save: (key, document, { ifVersion } = {}) =>
      begin(async () => {
        assertVersion(ifVersion);
        return await core.save(key, await prepare(key, document, ifVersion));
      }),
    load: (key, { version } = {}) => begin(async () => await load(key, version)),
    update: (key, change) => begin(async () => await update(key, change)) as never,
    delete: (key, { ifVersion } = {}) =>
      begin(async () => {
        assertVersion(ifVersion);
        return await core.delete(key, ifVersion);
      }),
    list: (query = {}) => begin(async () => await core.list(assertQuery(query))),
    listBy: (owner, query = {}) =>
      begin(async () => {
        assertQuery(query);
        const page = await (core.listBy?.(owner, query) ?? listByLoading(core, owner, query));
        return await checkedPage(page, checked);
      }),
    history: (key) =>
      begin(async () => {
        if (core.history !== undefined) return await core.history(key);
        const found = await core.load(key, undefined);
        return found === undefined ? [] : [withoutDocument(found)];
      }),
    close: () => (closing ??= Promise.allSettled(running).then(async () => await core.close())),
    async [Symbol.asyncDispose]() {
      await this.close();
    },
  };
}

const EMPTY: SnapshotEntry = { key: "", version: 0, time: "", owner: undefined, bytes: 0 };

const withoutDocument = ({ key, version, time, owner, bytes }: SnapshotEntry): SnapshotEntry => ({
  key,
  version,
  time,
  owner,
  bytes,
});

/** The default of `SnapshotCore.update`: nobody's change is lost, because a save over another version is refused. */
async function updateIn(
  core: SnapshotCore,
  key: string,
  change: (current: Snapshot<unknown> | undefined) => Promise<Write | undefined>,
): Promise<SnapshotEntry | undefined> {
  if (core.update !== undefined) return await core.update(key, change);
  for (let attempt = 1; ; attempt++) {
    const current = await core.load(key, undefined);
    const write = await change(current);
    if (write === undefined) return undefined;
    try {
      return await core.save(key, { ...write, ifVersion: current?.version ?? 0 });
    } catch (error) {
      if (!isAgentlogError(error, "VERSION_CONFLICT") || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

/** What the schema refuses joins the unreadable, and hides no other. */
async function checkedPage<T>(
  page: SnapshotDocuments<unknown>,
  checked: (found: Snapshot<unknown>) => Promise<Snapshot<T> | undefined>,
): Promise<SnapshotDocuments<T>> {
  const snapshots: Snapshot<T>[] = [];
  const unreadable = [...page.unreadable];
  for (const found of page.snapshots) {
    try {
      const snapshot = await checked(found);
      if (snapshot !== undefined) snapshots.push(snapshot);
    } catch (error) {
      if (!isAgentlogError(error, "CORRUPT_SNAPSHOT")) throw error;
      unreadable.push({ key: found.key, path: error.path, error });
    }
  }
  return { snapshots, unreadable, next: page.next };
}

function describeByAgent(document: unknown): { readonly owner?: string; readonly time?: string } {
  if (typeof document !== "object" || document === null || !Object.hasOwn(document, "agentId")) return {};
  const { agentId } = document as { agentId?: unknown };
  return typeof agentId === "string" ? { owner: agentId } : {};
}

/** One spelling for all times: they are compared as text. */
function toTime(given: string | undefined, now: () => number): string {
  const time = given === undefined ? Number.NaN : Date.parse(given);
  const inRange = time >= 0 && time < 253_402_300_800_000;
  return new Date(inRange ? time : now()).toISOString();
}

function assertVersion(version: number | undefined): void {
  if (version === undefined || (Number.isSafeInteger(version) && version >= 0)) return;
  throw usage("ifVersion is no version", "give a whole number from 0 on");
}

function assertQuery<Q extends Omit<ListOptions, "owner">>(query: Q): Q {
  const { limit } = query;
  if (limit === undefined || (Number.isSafeInteger(limit) && limit >= 1)) return query;
  throw usage("the limit of a list is no whole number from 1 on");
}
