import { existsSync } from "node:fs";
import { type OpenedStore } from "@agentlog/durable-fs";
import { openRegistry, type SessionRecord, type SessionRegistry } from "@agentlog/session-registry";
import { openSessionLog } from "@agentlog/session-writer";
import { type SessionId } from "@agentlog/types";
import { type Output } from "./output.js";
import { createProblemNotes, type ProblemNotes } from "./problem-notes.js";
import { beginRegistryLog, isRegistryMissing } from "./registry-log.js";

/** A store with its registry, while a command works on it. */
export interface Work extends AsyncDisposable {
  readonly store: OpenedStore;
  readonly registry: SessionRegistry;
  /** Takes in what hooks have captured since. Never throws: what went wrong is told, and the payloads wait. */
  drain(): Promise<void>;
}

/**
 * Opens the registry of a store, made anew from the session logs where it was lost, and takes in what hooks have captured. What
 * goes wrong with either is told: a command still answers from what is there. `create`: it is about to make sessions.
 */
export async function openWork(
  store: OpenedStore,
  output: Output,
  { create = false }: { readonly create?: boolean } = {},
): Promise<Work> {
  const problems = createProblemNotes(output);
  const registry = openRegistry(store, { onProblem: ({ message }) => problems.note(message) });
  const drainInto = async (): Promise<void> => {
    // Asked here already, because few commands find any and the rest need not load what takes them in.
    if (!existsSync(store.layout.hookSpool)) return;
    beginRegistryLog(store);
    await drain(store, registry, problems).catch((error: unknown) => problems.failed("hooks could not be read", error));
  };
  const work: Work = {
    store,
    registry,
    drain: drainInto,
    [Symbol.asyncDispose]: async () => {
      await registry.close();
      problems.close();
    },
  };
  if (isRegistryMissing(store)) {
    const { restoreRegistry } = await import("./restore-registry.js");
    await restoreRegistry(work, problems);
  } else if (create) {
    beginRegistryLog(store);
  }
  await drainInto();
  return work;
}

async function drain(store: OpenedStore, registry: SessionRegistry, problems: ProblemNotes): Promise<void> {
  const { drainHooks } = await import("@agentlog/transcript-import/hooks");
  const { unreadable } = await drainHooks({
    layout: store.layout,
    openSessionLog: (id) => openSessionLog(store, id),
    registry,
    onProblem: ({ message }) => problems.note(message),
  });
  for (const { reason, path } of unreadable) problems.note(`a hook's payload was set aside (${reason}): ${path}`);
}

/** A session that a person named. */
export interface NamedSession {
  readonly id: SessionId;
  /** Undefined for one that the registry does not have. */
  readonly record: SessionRecord | undefined;
  /** The sessions whose logs have its events and are in the store, its own first. Empty when they are gone. */
  readonly logs: readonly SessionId[];
}
