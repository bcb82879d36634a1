import { type OpenedStore } from "@agentlog/durable-fs";
import { openRegistry, type SessionRecord, type SessionRegistry } from "@agentlog/session-registry";
import { openSessionLog } from "@agentlog/session-writer";
import { type SessionId } from "@agentlog/types";
import { type Output } from "./output.js";
import { escapeText } from "./text/escape.js";

/** A store with its registry, while a command works on it. */
export interface Work extends AsyncDisposable {
  readonly store: OpenedStore;
  readonly registry: SessionRegistry;
  /** Takes in what hooks have captured since. */
  drain(): Promise<void>;
}

/** Problems that are told; a damaged log may have thousands of bad lines. */
const MOST_TOLD = 5;

/** Opens the registry of a store and takes in what hooks have captured for it. */
export async function openWork(store: OpenedStore, output: Output): Promise<Work> {
  const problems = createProblemNotes(output);
  const registry = openRegistry(store, { onProblem: ({ message }) => problems.note(message) });
  const drainInto = (): Promise<void> => drain(store, registry, problems.note);
  const close = async (): Promise<void> => {
    await registry.close();
    problems.close();
  };
  try {
    await drainInto();
  } catch (error) {
    await close();
    throw error;
  }
  return { store, registry, drain: drainInto, [Symbol.asyncDispose]: close };
}

async function drain(store: OpenedStore, registry: SessionRegistry, note: (message: string) => void): Promise<void> {
  const { drainHooks, hasHooksWaiting } = await import("@agentlog/transcript-import/hooks");
  if (!hasHooksWaiting(store.layout)) return;
  await drainHooks({
    layout: store.layout,
    openSessionLog: (id) => openSessionLog(store, id),
    registry,
    onProblem: ({ message }) => note(message),
  });
}

interface ProblemNotes {
  note(message: string): void;
  close(): void;
}

function createProblemNotes(output: Output): ProblemNotes {
  let number = 0;
  return {
    note: (message) => {
      number += 1;
      if (number <= MOST_TOLD) output.note(`note: ${escapeText(message)}`);
    },
    close: () => {
      if (number > MOST_TOLD) output.note(`note: and ${number - MOST_TOLD} more like these`);
    },
  };
}

/** A session that a person named. */
export interface NamedSession {
  readonly id: SessionId;
  /** Undefined for one that the registry does not have. */
  readonly record: SessionRecord | undefined;
  /** The sessions whose logs have its events, its own first. */
  readonly logs: readonly SessionId[];
}
