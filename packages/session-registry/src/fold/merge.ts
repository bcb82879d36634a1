import { type NativeSessionId, type SessionId } from "@agentlog/types";
import { type NativeBinding, type SessionRecord } from "../contract.js";
import { defined } from "../fields.js";
import { MOST_LABELS, MOST_SUB_AGENTS, MOST_TITLES, MOST_TRANSCRIPTS } from "../limits.js";
import { boundedHeads } from "../sighting.js";
import { freshRecord } from "./fresh.js";
import { foldUnbound } from "./marks.js";

/**
 * Two records as one. The one that was merged keeps everything it had, so that `split` can bring it back; only its native
 * sessions are found with the other from now on.
 */
export function foldMergedInto(into: SessionRecord, from: SessionRecord): SessionRecord {
  const moved: NativeBinding[] = from.natives.map((one) => ({ ...one, before: from.session }));
  const parent = [into.parent, from.parent].find(
    (edge) => edge !== undefined && edge.session !== into.session && edge.session !== from.session,
  );
  return defined<SessionRecord>({
    ...from,
    ...into,
    alias: into.alias ?? from.alias,
    parent,
    natives: [...into.natives, ...moved],
    logs: distinct(into.logs, from.logs),
    transcripts: [...into.transcripts, ...from.transcripts].slice(-MOST_TRANSCRIPTS),
    fingerprints: { ...from.fingerprints, ...into.fingerprints },
    heads: boundedHeads(distinct(into.heads, from.heads)),
    tasks: distinct(into.tasks, from.tasks).slice(0, MOST_LABELS),
    projects: distinct(into.projects, from.projects).slice(0, MOST_LABELS),
    activity: into.progress >= from.progress ? into.activity : from.activity,
    created: into.created < from.created ? into.created : from.created,
    progress: into.progress > from.progress ? into.progress : from.progress,
    runs: into.runs + from.runs,
    subAgents: [...into.subAgents, ...from.subAgents].slice(0, MOST_SUB_AGENTS),
    references: [...into.references, ...from.references].slice(0, MOST_TITLES),
    foreignTitles: distinct(into.foreignTitles, from.foreignTitles).toSorted().slice(0, MOST_TITLES),
    outcome: into.outcome,
    closedAt: into.closedAt,
    closedReason: into.closedReason,
    mergedInto: into.mergedInto,
  });
}

/** The native sessions that leave with one that is split off: all that the same merge had brought. */
export function bindingsToSplit(record: SessionRecord, agent: string, native: string): readonly NativeBinding[] {
  const named = record.natives.find((one) => one.agent === agent && one.native === native);
  if (named?.before === undefined) return named === undefined ? [] : [named];
  return record.natives.filter(({ before }) => before === named.before);
}

/** What is left of a session when native sessions were split off it. */
export function foldSplitOff(record: SessionRecord, moved: readonly NativeBinding[]): SessionRecord {
  return moved.reduce((rest, { agent, native }) => foldUnbound(rest, agent, native), record);
}

/** The session that was split off: what it was before the merge, or a new one. */
export function foldSplitTo(
  before: SessionRecord | undefined,
  from: SessionRecord,
  to: SessionId,
  moved: readonly NativeBinding[],
): SessionRecord {
  const isMoved = (one: { readonly agent: string; readonly native?: NativeSessionId }): boolean =>
    moved.some(({ agent, native }) => agent === one.agent && native === one.native);
  const { mergedInto: _gone, ...own } = before ?? freshRecord(to, moved[0]?.agent ?? from.agent, from.created);
  const natives = before === undefined ? moved.map(({ before: _before, ...binding }) => binding) : own.natives;
  const later = from.transcripts.filter(
    (one) => isMoved(one) && own.transcripts.every(({ path }) => path !== one.path),
  );
  return defined<SessionRecord>({
    ...own,
    natives,
    logs: distinct(
      own.logs,
      natives.map(({ log }) => log),
    ),
    transcripts: [...own.transcripts, ...later].slice(-MOST_TRANSCRIPTS),
    cwd: own.cwd ?? from.cwd,
    progress: before === undefined ? from.progress : own.progress,
  });
}

function distinct<T>(known: readonly T[], more: readonly T[]): readonly T[] {
  return [...new Set([...known, ...more])];
}
