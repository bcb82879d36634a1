import { type IdentityKey, identityKeys } from "@agentlog/identity-resolution";
import { type CollectionDefinition, defineCollection, type IndexValue } from "@agentlog/projection";
import { type JsonValue } from "@agentlog/types";
import { type SessionRecord } from "../contract.js";
import { type ReadEvent } from "../events.js";
import { knownSession } from "../known.js";
import { evolve, keysOf } from "./evolve.js";

/** `SessionRecord` as the JSON it is. */
export type StoredSession = SessionRecord & { readonly [key: string]: JsonValue | undefined };

/** The registry's log as one record a session. */
export const sessionCollection: CollectionDefinition<StoredSession, ReadEvent> = defineCollection<
  StoredSession,
  ReadEvent
>({
  name: "sessions",
  version: 2,
  key: keysOf,
  evolve,
  indexes: {
    // All, the merged ones too: a beginning of an id is looked up here.
    id: ({ session }) => [[session]],
    native: identityIndex("native"),
    head: identityIndex("head"),
    lastUuid: identityIndex("lastUuid"),
    fingerprint: identityIndex("fingerprint"),
    cleared: identityIndex("cleared"),
    alias: ({ alias, mergedInto }) => (alias === undefined || mergedInto !== undefined ? [] : [[alias]]),
    mergedInto: ({ mergedInto }) => (mergedInto === undefined ? [] : [[mergedInto]]),
    parent: ({ parent, created, mergedInto }) =>
      parent === undefined || mergedInto !== undefined ? [] : [[parent.session, created]],
    reference: ({ references }) => references.map(({ uuid }) => [uuid]),
    recent: recent(() => [[]]),
    task: recent(({ tasks }) => tasks.map((task) => [task])),
    project: recent(({ projects }) => projects.map((project) => [project])),
    branch: recent(({ branch, branchAtStart }) => distinct([branch, branchAtStart])),
    cwd: recent(({ cwd }) => (cwd === undefined ? [] : directoriesAbove(cwd).map((one) => [one]))),
    agent: recent(({ agent, natives }) => distinct([agent, ...natives.map((one) => one.agent)])),
    activity: recent(({ activity }) => [[activity]]),
    // What the sweep goes by: a transcript that was written to is a sign of life, although nothing may have come of it yet.
    quiet: (record) => (record.mergedInto === undefined ? [[record.activity, latestOf(record)]] : []),
    outcome: recent(({ outcome }) => [[outcome]]),
  },
  text: ({ mergedInto, alias, title, foreignTitles, promptPreview, tasks, projects }) =>
    mergedInto === undefined
      ? [alias, title, ...foreignTitles, promptPreview, ...tasks, ...projects].filter((one) => one !== undefined)
      : [],
});

/** The latest sign of life, which the sweep judges by: progress, or a transcript that was written to. */
export function latestOf({ progress, transcripts }: SessionRecord): string {
  return transcripts.reduce((latest, { mtime }) => (mtime !== undefined && mtime > latest ? mtime : latest), progress);
}

/** Above so many levels a directory is found; what is deeper is told apart by the record. */
const DEEPEST_DIRECTORY = 64;

/** A directory and all above it but the root, so that what is below a directory is found under it. */
export function directoriesAbove(path: string): readonly string[] {
  const { root, separator, parts } = split(path);
  return parts.slice(0, DEEPEST_DIRECTORY).map((_, at) => root + parts.slice(0, at + 1).join(separator));
}

/** True for a directory and those below it. */
export function isWithin(path: string, directory: string): boolean {
  const [inner, outer] = [split(path), split(directory)];
  if (inner.root !== outer.root || inner.parts.length < outer.parts.length) return false;
  if (outer.parts.length > 1 && inner.separator !== outer.separator) return false;
  return outer.parts.every((part, at) => part === inner.parts[at]);
}

function split(path: string): { readonly root: string; readonly separator: string; readonly parts: readonly string[] } {
  const separator = path.includes("/") ? "/" : "\\";
  const parts = path.split(separator).filter((part) => part !== "");
  return { root: path.startsWith(separator) ? separator : "", separator, parts };
}

function identityIndex(name: string): (record: SessionRecord) => readonly IndexValue[] {
  return (record) => keysOfRecord(record).flatMap(([index, ...value]) => (index === name ? [value] : []));
}

/** Five indexes ask for the keys of one record, one after another: the last answer is kept. */
let latestKeys: { readonly of: SessionRecord; readonly keys: readonly IdentityKey[] } | undefined;

function keysOfRecord(record: SessionRecord): readonly IdentityKey[] {
  if (latestKeys?.of === record) return latestKeys.keys;
  const keys = record.mergedInto === undefined ? identityKeys(knownSession(record)) : [];
  latestKeys = { of: record, keys };
  return keys;
}

/** An index whose entries stand in the order of the sessions' latest progress. */
function recent(
  values: (record: SessionRecord) => readonly IndexValue[],
): (record: SessionRecord) => readonly IndexValue[] {
  return (record) =>
    record.mergedInto === undefined ? values(record).map((value) => [...value, record.progress]) : [];
}

function distinct(texts: readonly (string | undefined)[]): readonly IndexValue[] {
  return [...new Set(texts.filter((text) => text !== undefined))].map((text) => [text]);
}
