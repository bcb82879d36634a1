import { type EvolveContext } from "@agentlog/projection";
import { isSessionId, type SessionId } from "@agentlog/types";
import { type Activity, type SessionRecord } from "../contract.js";
import { type ReadEvent } from "../events.js";
import { field, fieldsOf, type Fields, sessionField, sessionsField, textField } from "../fields.js";
import { readResolution } from "../read-resolution.js";
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
import { foldMergedInto } from "./merge.js";
import { foldSeen } from "./seen.js";
import { bindingsToSplit, foldSplitOff, foldSplitTo } from "./split.js";
import { unusable } from "./unusable.js";

const SWEEPS: Readonly<Record<string, Activity>> = { "sessions.idled": "idle", "sessions.archived": "archived" };

/** The sessions whose records an event changes. */
export function keysOf({ type, session, data }: ReadEvent): readonly string[] {
  const of = fieldsOf(data);
  if (Object.hasOwn(SWEEPS, type)) {
    const ids = sessionsField(of, "sessions");
    return ids.length > 0 ? ids : unusable("no sessions");
  }
  if (!Object.hasOwn(FOLDS, type)) return [];
  if (!isSessionId(session)) return unusable("no session");
  const named = type === "session.merged" ? "into" : type === "session.split" ? "to" : undefined;
  if (named === undefined) return [session];
  const other = sessionField(of, named);
  return other === undefined || other === session ? unusable(`no session ${named}`) : [session, other];
}

interface About {
  readonly data: Fields;
  readonly time: string;
  /** The session the event is about, and the other one that it changes. */
  readonly session: SessionId;
  readonly key: string;
  readonly own: SessionRecord | undefined;
  readonly other: SessionRecord | undefined;
}

type Fold = (record: SessionRecord, about: About) => SessionRecord;

/** Records of one session each, but for `seen`, `merged` and `split`, which are told apart below. */
const FOLDS: Readonly<Record<string, Fold>> = {
  "session.seen": (record) => record,
  "session.aliased": (record, { data }) => foldAlias(record, data),
  "session.linked": (record, { data }) => foldLinks(record, data),
  "session.unlinked": (record, { data }) => foldUnlinks(record, data),
  "session.parented": (record, { data }) => foldParent(record, data),
  "session.closed": (record, { data, time }) => foldClosed(record, data, time),
  "session.reopened": (record) => foldReopened(record),
  "session.retitled": (record, { data }) => foldTitle(record, data),
  "session.merged": evolveMerged,
  "session.split": (record) => record,
  "session.unbound": (record, { data }) =>
    foldUnbound(record, textField(data, "agent") ?? "", textField(data, "native") ?? ""),
};

/** The record of a session after an event. */
export function evolve(
  item: SessionRecord | undefined,
  { type, time, session, data }: ReadEvent,
  { key, others }: EvolveContext<SessionRecord>,
): SessionRecord | undefined {
  const activity = SWEEPS[type];
  // Of many sessions, one that is not there does not spoil the others.
  if (activity !== undefined) return item === undefined ? undefined : foldActivity(item, activity);
  const of = fieldsOf(data);
  const id = session as SessionId;
  if (type === "session.seen") return evolveSeen(item, id, of);
  const other = sessionField(of, type === "session.split" ? "to" : "into");
  const own = others(id) ?? unusable("no such session");
  const about = { data: of, time, session: id, key, own, other: other === undefined ? undefined : others(other) };
  if (type === "session.split") return evolveSplit(item, other!, about);
  // A kind that only a newer version knows is kept in the log for it, and has no keys.
  return item === undefined ? unusable("no such session") : FOLDS[type]!(item, about);
}

function evolveSeen(item: SessionRecord | undefined, session: SessionId, data: Fields): SessionRecord {
  const sighting = readSighting(field(data, "sighting")) ?? unusable("no sighting");
  return foldSeen(item, session, sighting, readResolution(session, field(data, "resolution")));
}

/** Only a session that is not merged goes into one that is not: no merges, however they were written, go in a circle. */
function evolveMerged(item: SessionRecord, { data, session, key, own, other }: About): SessionRecord {
  if (own === undefined || other === undefined) return unusable("no such session");
  if (own.mergedInto !== undefined || other.mergedInto !== undefined) return unusable("a merged session");
  return key === session ? { ...item, mergedInto: other.session } : foldMergedInto(item, own, data);
}

function evolveSplit(
  item: SessionRecord | undefined,
  to: SessionId,
  { data, session, key, own, other }: About,
): SessionRecord {
  if (own === undefined) return unusable("no such session");
  const moved = bindingsToSplit(own, to, data);
  if (moved.length === 0 && other?.mergedInto !== session) return unusable("nothing to split off");
  return key === session ? foldSplitOff(own, other, moved) : foldSplitTo(item, own, to, moved, data);
}
