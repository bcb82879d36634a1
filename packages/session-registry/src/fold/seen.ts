import { type Resolution } from "@agentlog/identity-resolution";
import { deriveSessionId, type EdgeKind, type SessionId, type SightedSubAgent } from "@agentlog/types";
import { type NativeBinding, type ParentEdge, type SessionRecord } from "../contract.js";
import { type StoredSighting } from "../events.js";
import { MOST_SUB_AGENTS, MOST_TITLES } from "../limits.js";
import { boundedHeads } from "../sighting.js";
import { freshRecord } from "./fresh.js";
import { withPresent } from "./present.js";
import { foldTranscript } from "./transcripts.js";

/**
 * The record after a sighting. Facts of the session's beginning are those of the earliest sighting, facts of now those of the
 * latest one by the time of what was seen, so that the order in which files are imported does not matter.
 */
export function foldSeen(
  record: SessionRecord | undefined,
  session: SessionId,
  sighting: StoredSighting,
  resolution: Resolution,
): SessionRecord {
  const progress = sighting.progress ?? sighting.at;
  const before = record ?? {
    ...freshRecord(session, sighting.agent, sighting.created ?? progress),
    progress: "",
    resolution: { source: resolution.source, confidence: resolution.confidence, evidence: resolution.evidence },
  };
  const began = sighting.created ?? progress;
  const isFirst = record === undefined || began < before.created;
  const isLatest = progress >= before.progress;
  const first = <T>(kept: T | undefined, seen: T | undefined): T | undefined =>
    isFirst ? (seen ?? kept) : (kept ?? seen);
  const latest = <T>(kept: T | undefined, seen: T | undefined): T | undefined =>
    isLatest ? (seen ?? kept) : (kept ?? seen);
  const { git, transcript } = sighting;
  const isNews = progress > before.progress;
  const log = logOf(sighting, session);
  const edge = parentage(before, resolution, isLatest);
  const agents = subAgents(before, sighting.subAgents ?? []);
  return withPresent(before, {
    title: latest(before.title, sighting.title),
    natives: bindings(before, sighting, log),
    logs: logs(before, log),
    transcripts: foldTranscript(before.transcripts, sighting),
    fingerprints: isFirst
      ? { ...before.fingerprints, ...sighting.fingerprints }
      : { ...sighting.fingerprints, ...before.fingerprints },
    heads: union(before.heads, transcript?.heads ?? [], boundedHeads),
    parent: edge.parent,
    candidates: edge.candidates,
    candidatesOmitted: edge.candidatesOmitted,
    cwd: first(before.cwd, sighting.cwd),
    worktree: first(before.worktree, git?.worktree),
    worktreeRealPath: first(before.worktreeRealPath, git?.worktreeRealPath),
    commonDir: first(before.commonDir, git?.commonDir),
    branchAtStart: first(before.branchAtStart, sighting.branchAtStart ?? git?.branch),
    headAtStart: first(before.headAtStart, sighting.headAtStart ?? git?.head),
    branch: latest(before.branch, git?.branch ?? sighting.branchAtStart),
    head: latest(before.head, git?.head ?? sighting.headAtStart),
    model: latest(before.model, sighting.model),
    // Whoever is seen to go on is active again, archived or not; a person's outcome stays.
    activity: isNews ? "active" : before.activity,
    created: isFirst ? began : before.created,
    progress: isLatest ? progress : before.progress,
    promptPreview: first(before.promptPreview, sighting.promptPreview),
    runs: Math.max(before.runs, sighting.run ?? 1),
    subAgents: agents.subAgents,
    subAgentsOmitted: agents.subAgentsOmitted,
    references: references(before, sighting),
    cleared: cleared(before, sighting, progress),
  });
}

/** A sighting's own log. */
export function logOf(sighting: StoredSighting, session: SessionId): SessionId {
  if (sighting.log !== undefined) return sighting.log;
  if (sighting.session !== undefined || sighting.native === undefined) return session;
  return deriveSessionId(sighting.agent, sighting.native);
}

function bindings(before: SessionRecord, sighting: StoredSighting, log: SessionId): readonly NativeBinding[] {
  const { agent, native, at } = sighting;
  if (native === undefined) return before.natives;
  if (before.natives.some((one) => one.agent === agent && one.native === native)) return before.natives;
  return [...before.natives, { agent, native, log, boundAt: at }];
}

function logs(before: SessionRecord, log: SessionId): readonly SessionId[] {
  if (before.logs.includes(log)) return before.logs;
  return log === before.session ? [log, ...before.logs] : [...before.logs, log];
}

const RANK = { person: 3, agent: 2, inference: 1 } as const;

/** True when a record that had not this parent would have it after the sighting. */
export function adoptsParent(before: SessionRecord | undefined, { parent }: Resolution): boolean {
  if (parent === undefined || parent.session === before?.session) return false;
  if (before?.parent === undefined) return before?.parentless !== true;
  return RANK[speaker(parent.kind)] > RANK[before.parent.by];
}

/** The better-founded of the parent it has and the one it would have now. */
function parentage(before: SessionRecord, resolution: Resolution, isLatest: boolean): Partial<SessionRecord> {
  const { parent, evidence, candidates, candidatesOmitted } = resolution;
  if (parent !== undefined && adoptsParent(before, resolution)) {
    const edge: ParentEdge = { session: parent.session, kind: parent.kind, by: speaker(parent.kind), evidence };
    return { parent: edge, candidates: [], candidatesOmitted: 0 };
  }
  if (before.parent !== undefined || before.parentless === true || candidates.length === 0) return {};
  // An older look does not take back what a later one has found, or two of them would say something new for ever.
  if (!isLatest && before.candidates.length > 0) return {};
  return { candidates, candidatesOmitted };
}

/** Who says of a session just seen where it came from. */
function speaker(kind: EdgeKind): "agent" | "inference" {
  return kind === "continuation" ? "inference" : "agent";
}

function subAgents(
  before: SessionRecord,
  seen: readonly SightedSubAgent[],
): Pick<SessionRecord, "subAgents" | "subAgentsOmitted"> {
  if (seen.length === 0 && before.subAgents.length < 2) return before;
  const known = new Map(before.subAgents.map((one) => [one.id, one]));
  let omitted = before.subAgentsOmitted;
  for (const one of seen) {
    if (known.has(one.id) || known.size < MOST_SUB_AGENTS) known.set(one.id, { ...one, ...known.get(one.id) });
    else omitted = 1;
  }
  const all = [...known.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return { subAgents: all, subAgentsOmitted: omitted };
}

function references(before: SessionRecord, { titles = [] }: StoredSighting): SessionRecord["references"] {
  if (titles.length === 0 && before.references.length < 2) return before.references;
  const added = titles.flatMap(({ text, of }) => (of === undefined ? [] : [{ uuid: of, title: text }]));
  const all = [...before.references, ...added].map((one) => [JSON.stringify([one.uuid, one.title]), one] as const);
  return [...new Map(all).values()].slice(0, MOST_TITLES);
}

function cleared(before: SessionRecord, { hook, agent }: StoredSighting, at: string): SessionRecord["cleared"] {
  if (hook?.endedByClear !== true || hook.process === undefined) return before.cleared;
  return before.cleared !== undefined && before.cleared.at >= at
    ? before.cleared
    : { agent, process: hook.process, at };
}

function union<T>(known: readonly T[], added: readonly T[], bound: (all: readonly T[]) => readonly T[]): readonly T[] {
  const all = new Set(known);
  for (const one of added) all.add(one);
  return all.size === known.length ? known : bound([...all]);
}
