import { type JsonObject } from "@agentlog/types";
import { isDeepStrictEqual } from "node:util";
import { type NativeBinding, type SessionRecord } from "../contract.js";
import { defined, field, type Fields } from "../fields.js";
import { MOST_LABELS, MOST_MERGES, MOST_SUB_AGENTS, MOST_TITLES } from "../limits.js";
import { boundedHeads } from "../sighting.js";
import { boundedTranscripts } from "./transcripts.js";

/**
 * Two records as one. The one that was merged keeps everything it had, and the other one remembers what the merge changed of
 * it, so that `split` can bring both back.
 */
export function foldMergedInto(into: SessionRecord, from: SessionRecord, data: Fields): SessionRecord {
  const fields = { ...into, ...mergedFields(into, from), ...mergedParent(into, from, data) };
  const own: [string, unknown][] = Object.entries(fields)
    .filter(([name, value]) => !isDeepStrictEqual(value, into[name as keyof SessionRecord]))
    .map(([name]) => [name, into[name as keyof SessionRecord] ?? null]);
  const moved: NativeBinding[] = from.natives.map((one) => ({ ...one, before: from.session }));
  const absorbed = { session: from.session, own: Object.fromEntries(own) as JsonObject };
  return defined<SessionRecord>({
    ...fields,
    natives: [...into.natives, ...moved.filter((one) => !into.natives.some((other) => isSameNative(one, other)))],
    refused: into.refused.filter((one) => !moved.some((other) => isSameNative(one, other))),
    absorbed: [...(into.absorbed ?? []), absorbed].slice(-MOST_MERGES),
  });
}

/** What both have in common, apart from parent and native sessions: what is lacking comes from the one that was merged. */
export function mergedFields(into: SessionRecord, from: SessionRecord): Partial<SessionRecord> {
  return {
    ...filledFrom(into, from),
    logs: distinct(into.logs, from.logs),
    transcripts: boundedTranscripts([...from.transcripts, ...into.transcripts]),
    fingerprints: { ...from.fingerprints, ...into.fingerprints },
    heads: boundedHeads(distinct(into.heads, from.heads)),
    tasks: distinct(into.tasks, from.tasks).slice(0, MOST_LABELS),
    projects: distinct(into.projects, from.projects).slice(0, MOST_LABELS),
    activity: into.progress >= from.progress ? into.activity : from.activity,
    created: into.created < from.created ? into.created : from.created,
    progress: into.progress > from.progress ? into.progress : from.progress,
    runs: into.runs + from.runs,
    subAgents: [
      ...into.subAgents,
      ...from.subAgents.filter(({ id }) => !into.subAgents.some((one) => one.id === id)),
    ].slice(0, MOST_SUB_AGENTS),
    references: [...into.references, ...from.references].slice(0, MOST_TITLES),
    foreignTitles: distinct(into.foreignTitles, from.foreignTitles).toSorted().slice(0, MOST_TITLES),
  };
}

const FILLED = [
  "alias",
  "title",
  "cwd",
  "worktree",
  "worktreeRealPath",
  "commonDir",
  "branchAtStart",
  "branch",
  "headAtStart",
  "head",
  "model",
  "promptPreview",
  "cleared",
] as const satisfies readonly (keyof SessionRecord)[];

function filledFrom(into: SessionRecord, from: SessionRecord): Partial<SessionRecord> {
  return Object.fromEntries(
    FILLED.map((name) => [name, into[name] ?? from[name]] as const).filter(([, value]) => value !== undefined),
  );
}

/** The parent of both: whoever decided on the merge has looked whose would close a cycle. */
function mergedParent(into: SessionRecord, from: SessionRecord, data: Fields): Pick<Partial<SessionRecord>, "parent"> {
  const chosen = field(data, "parent");
  const owner = chosen === into.session ? into : chosen === from.session ? from : undefined;
  // An `undefined` takes away what was there.
  return { parent: owner?.parent } as Pick<Partial<SessionRecord>, "parent">;
}

export function isSameNative(
  a: { readonly agent: string; readonly native?: string },
  b: { readonly agent: string; readonly native: string },
): boolean {
  return a.agent === b.agent && a.native === b.native;
}

function distinct<T>(known: readonly T[], more: readonly T[]): readonly T[] {
  return [...new Set([...known, ...more])];
}
