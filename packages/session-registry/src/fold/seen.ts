import { type Resolution } from "@agentlog/identity-resolution";
import { deriveSessionId, type SessionId, type SightedSubAgent, type TranscriptFacts } from "@agentlog/types";
import { type NativeBinding, type ParentEdge, type SessionRecord, type TranscriptRecord } from "../contract.js";
import { type StoredSighting } from "../events.js";
import { defined } from "../fields.js";
import { MOST_SUB_AGENTS, MOST_TITLES, MOST_TRANSCRIPTS } from "../limits.js";
import { boundedHeads } from "../sighting.js";
import { freshRecord } from "./fresh.js";

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
  const isFirst = record === undefined || (sighting.created !== undefined && sighting.created < before.created);
  const isLatest = progress >= before.progress;
  const first = <T>(kept: T | undefined, seen: T | undefined): T | undefined =>
    isFirst ? (seen ?? kept) : (kept ?? seen);
  const latest = <T>(kept: T | undefined, seen: T | undefined): T | undefined =>
    isLatest ? (seen ?? kept) : (kept ?? seen);
  const { git, transcript } = sighting;
  const isNews = progress > before.progress;
  return defined<SessionRecord>({
    ...before,
    title: latest(before.title, sighting.title),
    natives: bindings(before, sighting),
    logs: logs(before, sighting),
    transcripts: transcripts(before.transcripts, sighting),
    fingerprints: isFirst
      ? { ...before.fingerprints, ...sighting.fingerprints }
      : { ...sighting.fingerprints, ...before.fingerprints },
    heads: union(before.heads, transcript?.heads ?? [], boundedHeads),
    ...parentage(before, resolution),
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
    created: isFirst ? (sighting.created ?? before.created) : before.created,
    progress: isLatest ? progress : before.progress,
    promptPreview: first(before.promptPreview, sighting.promptPreview),
    runs: Math.max(before.runs, sighting.run ?? 1),
    ...subAgents(before, sighting.subAgents ?? []),
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

function bindings(before: SessionRecord, sighting: StoredSighting): readonly NativeBinding[] {
  const { agent, native, at } = sighting;
  if (native === undefined) return before.natives;
  if (before.natives.some((one) => one.agent === agent && one.native === native)) return before.natives;
  return [...before.natives, { agent, native, log: logOf(sighting, before.session), boundAt: at }];
}

function logs(before: SessionRecord, sighting: StoredSighting): readonly SessionId[] {
  const log = logOf(sighting, before.session);
  if (before.logs.includes(log)) return before.logs;
  return log === before.session ? [log, ...before.logs] : [...before.logs, log];
}

function transcripts(before: readonly TranscriptRecord[], sighting: StoredSighting): readonly TranscriptRecord[] {
  const { transcript, agent, native } = sighting;
  if (transcript === undefined) return before;
  const known = before.find(({ path }) => path === transcript.path);
  const now =
    known !== undefined && isOlder(transcript, known) ? known : transcriptRecord(transcript, agent, native, known);
  const rest = before.filter((one) => one !== known);
  // By path, so that the order of imports leaves no trace; of too many the latest stay.
  const all = [...rest, now].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  if (all.length <= MOST_TRANSCRIPTS) return all;
  const oldest = all.reduce((least, one) => ((one.mtime ?? "") < (least.mtime ?? "") ? one : least));
  return all.filter((one) => one !== oldest);
}

/** A transcript is only appended to: of two looks at one file, the longer one is the later. */
function isOlder(seen: TranscriptFacts, known: TranscriptRecord): boolean {
  return seen.missing !== true && (seen.mtime ?? "") < (known.mtime ?? "") && (seen.size ?? 0) <= (known.size ?? 0);
}

function transcriptRecord(
  seen: TranscriptFacts,
  agent: string,
  native: StoredSighting["native"],
  known: TranscriptRecord | undefined,
): TranscriptRecord {
  return defined<TranscriptRecord>({
    path: seen.path,
    agent,
    native: native ?? known?.native,
    firstUuid: seen.firstUuid ?? known?.firstUuid,
    lastUuid: seen.lastUuid ?? known?.lastUuid,
    size: seen.size ?? known?.size,
    mtime: seen.mtime ?? known?.mtime,
    status: seen.missing === true ? "missing" : "present",
  });
}

const RANK = { person: 3, agent: 2, inference: 1 } as const;

/** The better-founded of the parent it has and the one it would have now. */
function parentage(before: SessionRecord, resolution: Resolution): Partial<SessionRecord> {
  const { parent, candidates, candidatesOmitted } = resolution;
  const edge: ParentEdge | undefined =
    parent === undefined || parent.session === before.session
      ? undefined
      : {
          session: parent.session,
          kind: parent.kind,
          by: parent.kind === "continuation" ? "inference" : "agent",
          evidence: resolution.evidence,
        };
  const better = edge !== undefined && (before.parent === undefined || RANK[edge.by] > RANK[before.parent.by]);
  if (better) return { parent: edge, candidates: [], candidatesOmitted: 0 };
  if (before.parent !== undefined || candidates.length === 0) return {};
  return { candidates, candidatesOmitted };
}

function subAgents(before: SessionRecord, seen: readonly SightedSubAgent[]): Partial<SessionRecord> {
  const known = new Map(before.subAgents.map((one) => [one.id, one]));
  let omitted = before.subAgentsOmitted;
  for (const one of seen) {
    if (known.has(one.id) || known.size < MOST_SUB_AGENTS) known.set(one.id, { ...known.get(one.id), ...one });
    else omitted = 1;
  }
  const all = [...known.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  return { subAgents: all, subAgentsOmitted: omitted };
}

function references(before: SessionRecord, { titles = [] }: StoredSighting): SessionRecord["references"] {
  const added = titles.flatMap(({ text, of }) => (of === undefined ? [] : [{ uuid: of, title: text }]));
  const known = new Set(before.references.map(({ uuid, title }) => JSON.stringify([uuid, title])));
  const fresh = added.filter(({ uuid, title }) => !known.has(JSON.stringify([uuid, title])));
  return fresh.length === 0 ? before.references : [...before.references, ...fresh].slice(0, MOST_TITLES);
}

function cleared(before: SessionRecord, { hook, agent }: StoredSighting, at: string): SessionRecord["cleared"] {
  return hook?.endedByClear === true && hook.process !== undefined
    ? { agent, process: hook.process, at }
    : before.cleared;
}

function union<T>(known: readonly T[], added: readonly T[], bound: (all: readonly T[]) => readonly T[]): readonly T[] {
  const all = new Set(known);
  for (const one of added) all.add(one);
  return all.size === known.length ? known : bound([...all]);
}
