import { join } from "node:path";
import { type JsonObject, type JsonValue, toNativeSessionId } from "@agentlog/types";
import { isObject, objectField, textField } from "../../../records/fields.js";
import { type Stored, type StoredMessage, type StoredPart, type StoredSession, inOrder } from "../stored.js";
import { msIn } from "../time.js";
import { readJsonFile } from "./json-file.js";
import { isSafeId, jsonNames, messageFolder, partFolder, type SessionPlace } from "./places.js";
import { readTreeStates } from "./states.js";

/**
 * The session of a file in a JSON tree; undefined when the file is not there, is not JSON, or is no session's.
 *
 * What says where something belongs is its place: the ids inside a file name the folders to look into only when they are
 * safe to be names, and whose session a message is inside of the file is not asked.
 */
export async function openTreeSession(path: string, place: SessionPlace): Promise<StoredSession | undefined> {
  const read = await readJsonFile(path, "session");
  if (read?.kind !== "ok" || !isObject(read.value) || !isSession(read.value)) return undefined;
  const head = read.value;
  const id = idOf(head, place.stem);
  return {
    native: toNativeSessionId(id),
    head,
    bytes: read.bytes,
    messages: async () => {
      const names = await jsonNames(place.storage, messageFolder(place, id));
      const entries: { readonly id: string; readonly ms: number | undefined }[] = [];
      for (const name of names) {
        const message = await readMessage(place, id, name);
        const ms = message?.kind === "ok" ? msIn(objectField(message.value.message, "time"), "created") : undefined;
        entries.push({ id: name, ms });
      }
      return inOrder(entries).map(
        ({ id: name }) =>
          () =>
            readMessage(place, id, name),
      );
    },
    states: () => readTreeStates(place, id),
  };
}

/** Old versions wrote no directory, and the oldest no id; any JSON file may be in a folder called `session`. */
function isSession(head: JsonObject): boolean {
  return objectField(head, "time") !== undefined && (head["id"] === undefined || typeof head["id"] === "string");
}

function idOf(record: JsonObject, stem: string): string {
  const id = textField(record, "id");
  return id !== undefined && isSafeId(id) ? id : stem;
}

async function readMessage(
  place: SessionPlace,
  session: string,
  name: string,
): Promise<Stored<StoredMessage> | undefined> {
  const folder = messageFolder(place, session);
  const shown = [...folder, `${name}.json`].join("/");
  const read = await readJsonFile(join(place.storage, shown), shown);
  if (read === undefined || read.kind === "bad") return read;
  if (!isObject(read.value)) return { kind: "bad", reason: `not-an-object: ${shown}`, bytes: read.bytes, fresh: false };
  const message = read.value;
  const id = idOf(message, name);
  const inline = message["parts"];
  const parts = (): AsyncIterable<Stored<StoredPart>> =>
    Array.isArray(inline) ? inlineParts(inline as readonly JsonValue[]) : readParts(place, session, id);
  return { kind: "ok", value: { id, message, copied: false, parts }, bytes: read.bytes };
}

async function* readParts(place: SessionPlace, session: string, message: string): AsyncGenerator<Stored<StoredPart>> {
  const folder = partFolder(place, session, message);
  for (const name of (await jsonNames(place.storage, folder)).toSorted()) {
    const shown = [...folder, `${name}.json`].join("/");
    const read = await readJsonFile(join(place.storage, shown), shown);
    if (read === undefined) continue;
    if (read.kind === "bad") yield read;
    else if (isObject(read.value)) yield { ...read, value: { id: idOf(read.value, name), part: read.value } };
    else yield { kind: "bad", reason: `not-an-object: ${shown}`, bytes: read.bytes, fresh: false };
  }
}

/** The oldest versions kept the parts in the message. */
async function* inlineParts(parts: readonly JsonValue[]): AsyncGenerator<Stored<StoredPart>> {
  for (const [index, part] of parts.entries()) {
    if (isObject(part)) yield { kind: "ok", value: { id: textField(part, "id") ?? String(index), part }, bytes: 0 };
    else yield { kind: "bad", reason: "not-an-object: part", bytes: 0, fresh: false };
  }
}
