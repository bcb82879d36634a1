import { type JsonObject, type NativeSessionId } from "@agentlog/types";

// OpenCode has kept its sessions in three forms: a tree of JSON files, tables with the same content, and newer tables. A
// reader of one form gives all of them in the words of the first, so that only one mapping to events is needed.

/** Something that was stored, or why it cannot be used. `bytes`: its size. */
export type Stored<T> =
  | { readonly kind: "ok"; readonly value: T; readonly bytes: number }
  /** `fresh`: it was written a moment ago, perhaps not whole yet. */
  | { readonly kind: "bad"; readonly reason: string; readonly bytes: number; readonly fresh: boolean };

/** A part of a message: text, reasoning, a tool call, a patch … */
export interface StoredPart {
  readonly id: string;
  readonly part: JsonObject;
}

export interface StoredMessage {
  readonly id: string;
  /** `role`, `time`, `modelID`, `tokens` … as in the JSON tree. */
  readonly message: JsonObject;
  /** True for a copy that a fork made of its parent's message. */
  readonly copied: boolean;
  /** In OpenCode's order: by id. */
  parts(): AsyncIterable<Stored<StoredPart>>;
}

/** What OpenCode keeps about a session and replaces as a whole. */
export interface StoredState {
  /** Such as `todo`. */
  readonly name: string;
  /** Equal for equal content, whatever form it was read from. */
  readonly key: string;
  readonly data: JsonObject;
}

/** A session, read as far as its head. */
export interface StoredSession {
  readonly native: NativeSessionId;
  /** `directory`, `parentID`, `title`, `time` … as in the JSON tree; and `forkSessionID`, `forkBoundary`. */
  readonly head: JsonObject;
  readonly bytes: number;
  /** Its messages in OpenCode's order, by time and then by id; each is read when it is asked for. */
  messages(): Promise<readonly (() => Promise<Stored<StoredMessage> | undefined>)[]>;
  states(): Promise<readonly Stored<StoredState>[]>;
}

/** OpenCode's order. What has no time goes by its id, which has the time in it. */
export function inOrder<T extends { readonly id: string; readonly ms: number | undefined }>(
  entries: readonly T[],
): readonly T[] {
  const timed = entries.every(({ ms }) => ms !== undefined);
  return entries.toSorted((a, b) => (timed ? a.ms! - b.ms! : 0) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
}
