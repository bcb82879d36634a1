import { type JsonObject, type JsonValue, type SessionId } from "@agentlog/types";
import { isDeepStrictEqual } from "node:util";
import { type NativeBinding, type SessionRecord, type TranscriptRecord } from "../contract.js";
import { defined, fieldsOf, type Fields, textField, textsField } from "../fields.js";
import { freshRecord } from "./fresh.js";
import { foldUnbound } from "./marks.js";
import { isSameNative, mergedFields } from "./merge.js";
import { boundedTranscripts } from "./transcripts.js";

/** The native sessions that a split takes out of a session: all that a merge had brought, and the one that is named. */
export function bindingsToSplit(from: SessionRecord, to: SessionId, data: Fields): readonly NativeBinding[] {
  const named = { agent: textField(data, "agent") ?? "", native: textField(data, "native") ?? "" };
  return from.natives.filter((one) => one.before === to || isSameNative(one, named));
}

/** What is left of a session when another one was split off it: what it was before, and what has come to it since. */
export function foldSplitOff(
  record: SessionRecord,
  to: SessionRecord | undefined,
  moved: readonly NativeBinding[],
): SessionRecord {
  const rest = moved.reduce((left, { agent, native }) => foldUnbound(left, agent, native), record);
  return to?.mergedInto === record.session ? withoutMerge(rest, to) : rest;
}

function withoutMerge(record: SessionRecord, from: SessionRecord): SessionRecord {
  const merges = record.absorbed ?? [];
  const at = merges.findLastIndex(({ session }) => session === from.session);
  const own = merges[at]?.own;
  if (own === undefined) return record;
  const fields = record as unknown as JsonObject;
  const merged = mergedFields({ ...fields, ...nullsUndefined(own) } as unknown as SessionRecord, from) as JsonObject;
  const undo = (of: JsonObject, names: readonly string[]): JsonObject =>
    Object.fromEntries(
      names.map((name) => [name, undone(name, of[name] ?? null, own[name] ?? null, merged[name] ?? null, from)]),
    );
  // What the later merges remember has this one's in it, too.
  const later = merges.slice(at + 1).map((one) => {
    const names = Object.keys(one.own).filter((name) => Object.hasOwn(own, name));
    return { ...one, own: { ...one.own, ...undo(one.own, names) } };
  });
  const absorbed = [...merges.slice(0, at), ...later];
  const names = Object.keys(own).filter((name) => name !== "parent" || record.parentless !== true);
  return defined<SessionRecord>({
    ...record,
    ...(nullsUndefined(undo(fields, names)) as Partial<SessionRecord>),
    absorbed: absorbed.length === 0 ? undefined : absorbed,
  });
}

/** A field without what a merge did to it: what has changed since stays. `null`: absent. */
function undone(name: string, now: JsonValue, was: JsonValue, merged: JsonValue, from: SessionRecord): JsonValue {
  if (name === "parent") return now === null || isDeepStrictEqual(now, from.parent) ? was : now;
  if (isDeepStrictEqual(now, merged)) return was;
  if (name === "runs") return Math.max(1, Number(now) - from.runs);
  if (Array.isArray(now) && Array.isArray(merged)) return undoneList(name, now, Array.isArray(was) ? was : [], merged);
  if (name !== "fingerprints") return now;
  const [had, brought] = [fieldsOf(was), fieldsOf(merged)];
  const kept = Object.entries(fieldsOf(now)).filter(([key, hash]) => Object.hasOwn(had, key) || brought[key] !== hash);
  return Object.fromEntries(kept) as JsonObject;
}

/** What it had then, but for what has left since, and what has come since, but for what the merge brought. */
function undoneList(
  name: string,
  now: readonly JsonValue[],
  was: readonly JsonValue[],
  merged: readonly JsonValue[],
): JsonValue {
  const [inNow, inWas, inMerged] = [now, was, merged].map((list) => new Set(list.map((one) => JSON.stringify(one))));
  const has = (set: ReadonlySet<string> | undefined, one: JsonValue): boolean => set?.has(JSON.stringify(one)) === true;
  const kept = was.filter((one) => has(inNow, one) || !has(inMerged, one));
  const added = now.filter((one) => !has(inWas, one) && !has(inMerged, one));
  const all: readonly JsonValue[] = [...kept, ...added];
  if (name === "transcripts") return boundedTranscripts(all as readonly TranscriptRecord[]);
  return name === "foreignTitles" ? (all as readonly string[]).toSorted() : all;
}

function nullsUndefined(of: JsonObject): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(of).map(([name, value]) => [name, value ?? undefined]));
}

/** The session that was split off: what it was before the merge, or a new one. */
export function foldSplitTo(
  before: SessionRecord | undefined,
  from: SessionRecord,
  to: SessionId,
  moved: readonly NativeBinding[],
  data: Fields,
): SessionRecord {
  const { mergedInto: _gone, ...own } = before ?? freshRecord(to, moved[0]?.agent ?? from.agent, boundAt(from, moved));
  const isMoved = (one: { readonly agent: string; readonly native?: string }): boolean =>
    moved.some((other) => isSameNative(one, other));
  // Those that have gone elsewhere since are not taken from there; of a live session all stay.
  const kept = before?.mergedInto === undefined ? own.natives : own.natives.filter(isMoved);
  const added = moved.filter((one) => !kept.some((other) => isSameNative(other, one)));
  const natives = [...kept, ...added.map(({ before: _before, ...binding }) => binding)];
  const later = from.transcripts.filter(
    (one) => isMoved(one) && own.transcripts.every(({ path }) => path !== one.path),
  );
  const without = new Set(textsField(data, "without"));
  return defined<SessionRecord>({
    ...own,
    natives,
    logs: [...new Set([...own.logs, ...natives.map(({ log }) => log)])],
    transcripts: [...own.transcripts, ...later],
    refused: own.refused.filter((one) => !isMoved(one)),
    cwd: own.cwd ?? (before === undefined ? from.cwd : undefined),
    alias: without.has("alias") ? undefined : own.alias,
    parent: without.has("parent") ? undefined : own.parent,
  });
}

/** Of a session that never had a record of its own no more is known than when it was first seen. */
function boundAt(from: SessionRecord, moved: readonly NativeBinding[]): string {
  return moved.reduce((first, one) => (one.boundAt < first ? one.boundAt : first), moved[0]?.boundAt ?? from.created);
}
