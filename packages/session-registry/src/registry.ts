import { join } from "node:path";
import {
  createDirectoryLock,
  type Disk,
  type Lock,
  makePrivateDirectory,
  nodeDisk,
  type StoreLayout,
} from "@agentlog/durable-fs";
import { type EventLogOptions, openEventLog } from "@agentlog/event-log";
import { type ResolveOptions } from "@agentlog/identity-resolution";
import { openCollection, openReadModel, type OpenReadModelStore, type Problem } from "@agentlog/projection";
import { type SessionId } from "@agentlog/types";
import { type MutationOptions, type Seen, type SessionRegistry } from "./contract.js";
import { sessionCollection } from "./fold/collection.js";
import {
  changeAlias,
  changeInferredParent,
  changeLabels,
  changeOutcome,
  changeParent,
  changeReopened,
  changeTitle,
  decideChange,
  type Change,
  known,
} from "./operations/marks.js";
import { changeMerged, changeSplit, changeUnbound } from "./operations/merge.js";
import { decideSeen } from "./operations/seen.js";
import { decideSweep } from "./operations/sweep.js";
import { findSessions } from "./query/find.js";
import { lookUp } from "./query/lookup.js";
import { allReferences, countSessions, sessionsSharing } from "./query/shared.js";
import { latestTrees, treeOf } from "./query/tree.js";
import { createTransactions } from "./transaction.js";
import { createView, type View } from "./view.js";

export interface RegistryOptions {
  /** Thresholds of identity resolution, and what an accepted fingerprint does. */
  readonly resolve?: ResolveOptions | undefined;
  /** Whether the beginning of the first prompt is kept as a preview. Fingerprints work without it. Default true. */
  readonly storeFirstPrompt?: boolean | undefined;
  /** When a change is acknowledged. Default `"os"`. */
  readonly durability?: EventLogOptions["durability"] | undefined;
  /** Milliseconds to wait for the registry's lock. Default 15,000. */
  readonly lockTimeoutMs?: number | undefined;
  /** Told of everything in the log or the read model that could not be used; it is passed over. */
  readonly onProblem?: ((problem: Problem) => void) | undefined;
  /** Where the read model is kept. Default: beside the log, in SQLite where this Node has it. */
  readonly readModels?: OpenReadModelStore | undefined;
  /** Default: directory locks beside the log. */
  readonly lock?: Lock | undefined;
  readonly disk?: Disk | undefined;
}

/** Sightings decided and appended together, at most. */
const SIGHTINGS_PER_BATCH = 250;
const LONGEST_EVENT = 4 * 1024 * 1024;
const DEFAULT_TREES = 50;

/**
 * Opens the registry of a store. Nothing is made before it is used; a reader makes nothing but the read model. Throws
 * `UNSAFE_PATH`, `NOT_A_LOG`, `LOCK_TIMEOUT`, `IO_ERROR`, each from the call that meets it.
 */
export function openRegistry(store: { readonly layout: StoreLayout }, options: RegistryOptions = {}): SessionRegistry {
  const { resolve = {}, storeFirstPrompt = true, lockTimeoutMs = 15_000, disk = nodeDisk } = options;
  const { registryDir, quarantineDir } = store.layout;
  const log = openEventLog(join(registryDir, "events.jsonl"), {
    quarantineDirectory: join(quarantineDir, "registry"),
    lockTimeoutMs,
    // A sighting at all its limits has some 2 MB of escaped text.
    maxEventBytes: LONGEST_EVENT,
    oversize: "reject",
    disk,
    ...(options.durability === undefined ? {} : { durability: options.durability }),
  });
  const collection = openCollection(sessionCollection, {
    log,
    store: options.readModels ?? openReadModel({ directory: registryDir, disk }),
    onBadEvent: "skip",
    disk,
    ...(options.onProblem === undefined ? {} : { onProblem: options.onProblem }),
  });
  const lock = options.lock ?? createDirectoryLock(join(registryDir, "decision.lock"), { disk });
  const decide = createTransactions({ log, collection, lock, lockTimeoutMs });
  let isMade = false;
  const transact: typeof decide = (decision) => {
    if (!isMade) makePrivateDirectory(registryDir, { disk });
    isMade = true;
    return decide(decision);
  };
  const change = (session: SessionId, how: MutationOptions = {}, what: Change): ReturnType<SessionRegistry["reopen"]> =>
    transact(decideChange(session, how, what));
  /** Everything that was in the log when it was asked. */
  const current = async (): Promise<View> => {
    await collection.catchUp();
    return createView(collection);
  };
  const registry: SessionRegistry = {
    seen: async (sightings, payload) => {
      const seen: Seen[] = [];
      while (seen.length < sightings.length) {
        const batch = sightings.slice(seen.length, seen.length + SIGHTINGS_PER_BATCH);
        seen.push(...(await transact((view) => decideSeen(view, batch, { resolve, storeFirstPrompt, payload }))));
      }
      return seen;
    },
    get: async (session) => (await current()).surviving(session),
    lookup: async (words) => lookUp(await current(), words),
    byNative: async (agent, native) => {
      const view = await current();
      const [found] = await view.scan("native", { prefix: [agent, native], limit: 1 });
      return found === undefined ? undefined : view.surviving(found.key);
    },
    find: async (filter = {}) => {
      await collection.catchUp();
      return findSessions(collection, filter);
    },
    tree: async (session, { limit = DEFAULT_TREES } = {}) => {
      const view = await current();
      return session === undefined ? latestTrees(view, limit) : treeOf(view, await known(view, session));
    },
    references: async () => allReferences(await current()),
    sharing: async (agent, uuids) => sessionsSharing(await current(), agent, uuids),
    setAlias: async (session, alias, how) => change(session, how, changeAlias(alias)),
    link: async (session, what, how) => change(session, how, changeLabels("session.linked", what)),
    unlink: async (session, what, how) => change(session, how, changeLabels("session.unlinked", what)),
    setParent: async (child, parent, how) => change(child, how, changeParent(parent, how?.kind ?? "manual")),
    inferParent: async (child, edge) => change(child, {}, changeInferredParent(edge)),
    addTitle: async (session, title, from) => change(session, {}, changeTitle(title, from)),
    closeSession: async (session, { outcome, reason }, how) => change(session, how, changeOutcome(outcome, reason)),
    reopen: async (session, how) => change(session, how, changeReopened()),
    merge: async (from, into, how) => change(from, how, changeMerged(into)),
    split: async (session, what, how) => change(session, how, changeSplit(what)),
    unbind: async (session, { agent, native }, how) => change(session, how, changeUnbound(agent, native)),
    sweep: async (how = {}) => transact((view) => decideSweep(view, how)),
    rebuild: async () => {
      const { events, skipped } = await collection.rebuild();
      return { events, skipped, sessions: await countSessions(collection) };
    },
    close: async () => {
      try {
        await log.close();
      } finally {
        lock.close();
        await collection.close();
      }
    },
    [Symbol.asyncDispose]: () => registry.close(),
  };
  return registry;
}
