import { type JsonObject } from "@agentlog/types";
import { textField } from "../../records/fields.js";
import { timeOf } from "./time.js";

/** The key of each record of one file, in order; undefined for one that says nothing new. */
export type RecordKeys = (session: string, record: JsonObject, hash: () => string) => string | undefined;

/**
 * What the ids of a record's events are derived from.
 *
 * - A record with a `uuid`: that.
 * - Without one, but with a time: the hash of its line.
 * - Without both (titles, modes, last prompts …): Claude Code appends these again and again, and the last one counts. The
 *   same again right after itself says nothing and has no key. Changed away and back (A, B, A) it does say something, so
 *   the key is the hash and how often this content became the current one of its type. Nothing about its place is in it:
 *   old versions wrote new titles at the top of the file.
 */
export function createRecordKeys(): RecordKeys {
  const current = new Map<string, string>();
  const turns = new Map<string, number>();
  return (session, record, hash) => {
    const uuid = textField(record, "uuid");
    if (uuid !== undefined) return uuid;
    const content = `sha256:${hash()}`;
    if (timeOf(record) !== undefined) return content;
    const state = JSON.stringify([session, record["type"] ?? null]);
    if (current.get(state) === content) return undefined;
    current.set(state, content);
    const turn = (turns.get(content) ?? 0) + 1;
    turns.set(content, turn);
    return turn === 1 ? content : `${content}:${turn}`;
  };
}
