import { identityKeys, type Resolution } from "@agentlog/identity-resolution";
import { type CollectionDefinition, defineCollection, type EvolveContext, type IndexValue } from "@agentlog/projection";
import { isSessionId, type JsonValue, type SessionId } from "@agentlog/types";
import { type SessionRecord } from "../contract.js";
import { type ReadEvent } from "../events.js";
import { field, fieldsOf, type Fields, listField, sessionField, sessionsField, textField } from "../fields.js";
import { knownSession } from "../known.js";
import { readSighting } from "../sighting.js";
import {
  foldActivity,
  foldAlias,
  foldClosed,
  foldLinks,
  foldParent,
  foldReopened,
  foldTitle,
  foldUnbound,
  foldUnlinks,
} from "./marks.js";
import { bindingsToSplit, foldMergedInto, foldSplitOff, foldSplitTo } from "./merge.js";
import { foldSeen } from "./seen.js";

/** `SessionRecord` as the JSON it is. */
export type StoredSession = SessionRecord & { readonly [key: string]: JsonValue | undefined };

/** The registry's log as one record a session. */
export const sessionCollection: CollectionDefinition<StoredSession, ReadEvent> = defineCollection<
  StoredSession,
  ReadEvent
>({
  name: "sessions",
  version: 1,
  key: keysOf,
  evolve: (item, event, context) => evolve(item, event, context) as StoredSession | undefined,
  indexes: {
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

const DEEPEST_DIRECTORY = 64;

/** A directory and all above it, so that what is below a directory is found under it. */
export function directoriesAbove(path: string): readonly string[] {
  const separator = path.includes("/") ? "/" : "\\";
  const parts = path.split(separator).filter((part) => part !== "");
  const root = path.startsWith(separator) ? separator : "";
  return parts.slice(0, DEEPEST_DIRECTORY).map((_, at) => root + parts.slice(0, at + 1).join(separator));
}

function keysOf({ type, session, data }: ReadEvent): readonly string[] {
  const of = fieldsOf(data);
  if (type === "sessions.idled" || type === "sessions.archived") return sessionsField(of, "sessions");
  if (!isSessionId(session)) return [];
  const other =
    type === "session.merged"
      ? sessionField(of, "into")
      : type === "session.split"
        ? sessionField(of, "to")
        : undefined;
  return other === undefined || other === session ? [session] : [session, other];
}

function evolve(
  item: SessionRecord | undefined,
  { type, time, session, data }: ReadEvent,
  { key, others }: EvolveContext<StoredSession>,
): SessionRecord | undefined {
  const of = fieldsOf(data);
  if (type === "session.seen") return evolveSeen(item, session as SessionId, of);
  if (type === "session.split" && key !== session)
    return evolveSplitTo(item, others(session as SessionId), key as SessionId, of);
  if (item === undefined) return undefined;
  switch (type) {
    case "session.aliased":
      return foldAlias(item, of);
    case "session.linked":
      return foldLinks(item, of);
    case "session.unlinked":
      return foldUnlinks(item, of);
    case "session.parented":
      return foldParent(item, of);
    case "session.closed":
      return foldClosed(item, of, time);
    case "session.reopened":
      return foldReopened(item);
    case "session.retitled":
      return foldTitle(item, of);
    case "session.merged":
      return evolveMerged(item, session as SessionId, key, others, of);
    case "session.split":
      return foldSplitOff(item, bindingsToSplit(item, textField(of, "agent") ?? "", textField(of, "native") ?? ""));
    case "session.unbound":
      return foldUnbound(item, textField(of, "agent") ?? "", textField(of, "native") ?? "");
    case "sessions.idled":
      return foldActivity(item, "idle");
    case "sessions.archived":
      return foldActivity(item, "archived");
    default:
      // A newer version's kind: kept in the log for it.
      return item;
  }
}

function evolveSeen(item: SessionRecord | undefined, session: SessionId, data: Fields): SessionRecord | undefined {
  const sighting = readSighting(field(data, "sighting"));
  return sighting === undefined
    ? item
    : foldSeen(item, session, sighting, readResolution(session, field(data, "resolution")));
}

function readResolution(session: SessionId, value: unknown): Resolution {
  const of = fieldsOf(value);
  const parent = fieldsOf(field(of, "parent"));
  const parentId = sessionField(parent, "session");
  const omitted = field(of, "candidatesOmitted");
  return {
    session,
    source: (textField(of, "source") ?? "minted") as Resolution["source"],
    confidence: (textField(of, "confidence") ?? "none") as Resolution["confidence"],
    evidence: listField(of, "evidence") as Resolution["evidence"],
    candidates: listField(of, "candidates") as Resolution["candidates"],
    candidatesOmitted: typeof omitted === "number" ? omitted : 0,
    ...(parentId === undefined
      ? {}
      : {
          parent: {
            session: parentId,
            kind: (textField(parent, "kind") ?? "manual") as NonNullable<Resolution["parent"]>["kind"],
          },
        }),
  };
}

function evolveMerged(
  item: SessionRecord,
  from: SessionId,
  key: string,
  others: (key: string) => SessionRecord | undefined,
  data: Fields,
): SessionRecord {
  const into = sessionField(data, "into");
  if (into === undefined || into === from) return item;
  if (key === from) return others(into) === undefined ? item : { ...item, mergedInto: into };
  const merged = others(from);
  return merged === undefined ? item : foldMergedInto(item, merged);
}

function evolveSplitTo(
  item: SessionRecord | undefined,
  from: SessionRecord | undefined,
  to: SessionId,
  data: Fields,
): SessionRecord | undefined {
  if (from === undefined) return item;
  const moved = bindingsToSplit(from, textField(data, "agent") ?? "", textField(data, "native") ?? "");
  return moved.length === 0 ? item : foldSplitTo(item, from, to, moved);
}

function identityIndex(name: string): (record: SessionRecord) => readonly IndexValue[] {
  return (record) =>
    record.mergedInto === undefined
      ? identityKeys(knownSession(record)).flatMap(([index, ...value]) => (index === name ? [value] : []))
      : [];
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
