import { join } from "node:path";
import { type JsonObject, type JsonValue } from "@agentlog/types";
import { isObject } from "../../../records/fields.js";
import { sha256 } from "../../../records/sha256.js";
import { type Stored, type StoredState } from "../stored.js";
import { readJsonFile } from "./json-file.js";
import { jsonNames, type SessionPlace } from "./places.js";

/** The list of tasks and the changed files of a session: `todo/<session>.json`, `session_diff/<session>.json`. */
export async function readTreeStates(place: SessionPlace, session: string): Promise<readonly Stored<StoredState>[]> {
  const states: Stored<StoredState>[] = [];
  for (const { folder, toState } of STATES) {
    if (!(await jsonNames(place.storage, [folder])).includes(session)) continue;
    const shown = `${folder}/${session}.json`;
    const read = await readJsonFile(join(place.storage, shown), shown);
    if (read === undefined) continue;
    if (read.kind === "bad") {
      states.push(read);
      continue;
    }
    const list = Array.isArray(read.value) ? (read.value as readonly JsonValue[]) : [];
    if (list.length > 0) states.push({ kind: "ok", value: toState(list), bytes: read.bytes });
  }
  return states;
}

const STATES: readonly {
  readonly folder: string;
  readonly toState: (list: readonly JsonValue[]) => StoredState;
}[] = [
  { folder: "todo", toState: todoState },
  {
    folder: "session_diff",
    toState: (list) => ({ name: "session-diff", key: sha256(JSON.stringify(list)), data: { diffs: list } }),
  },
];

/** A list of tasks. The database does not keep the ids of tasks, so they do not tell lists apart. */
export function todoState(list: readonly JsonValue[]): StoredState {
  const told = list
    .filter(isObject)
    .map(({ content, status, priority }): JsonObject => ({ content, status, priority }));
  return { name: "todo", key: sha256(JSON.stringify(told)), data: { todos: list } };
}
