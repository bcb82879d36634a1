import { type SessionRecord } from "@agentlog/session-registry";
import { type Presence, type SessionSummary } from "@agentlog/session-writer";
import { type UsageSum } from "@agentlog/transcript-import";
import { type SessionId } from "@agentlog/types";
import { type Output } from "../output.js";
import { stateOf } from "./record-table.js";
import { shortId, standing } from "./session-table.js";
import { byteSize, duration, timeAgo } from "./time.js";

export interface ShownLog {
  readonly session: SessionId;
  readonly path: string;
  readonly bytes: number;
  readonly head: { readonly seq: number; readonly hash: string };
}

export interface Shown {
  readonly id: SessionId;
  /** Undefined for one that the registry does not have. */
  readonly record: SessionRecord | undefined;
  /** Undefined where no log has events. */
  readonly summary: SessionSummary | undefined;
  readonly presence: Presence | undefined;
  readonly usage: UsageSum | undefined;
  readonly logs: readonly ShownLog[];
}

type Row = readonly [name: string, value: string | undefined];
const BLANK: Row = ["", undefined];

/** What is known of a session for people: what it is, where it belongs, what happened, where its files are. */
export function showRows(shown: Shown, output: Output, now: number): readonly Row[] {
  const groups = [whatItIs(shown, output), whereItBelongs(shown), whatHappened(shown, now), itsFiles(shown)]
    .map((rows) => rows.filter(([, value]) => value !== undefined))
    .filter((rows) => rows.length > 0);
  return groups.flatMap((rows, at) => (at === 0 ? rows : [BLANK, ...rows]));
}

function whatItIs({ id, record, summary, presence }: Shown, output: Output): readonly Row[] {
  return [
    ["session", id],
    ["alias", record?.alias],
    ["title", record?.title ?? summary?.title ?? record?.foreignTitles[0]],
    ["first said", record?.promptPreview ?? summary?.firstPrompt],
    ["standing", summary === undefined ? undefined : standing({ ...summary, presence: presence?.state }, output)],
    ["state", record && stateOf(record, { ...output, paint: (_style, text) => text })],
    ["closed", record && closing(record)],
  ];
}

function whereItBelongs({ record, summary }: Shown): readonly Row[] {
  return [
    ["agent", record?.agent ?? summary?.agent],
    ["model", record?.model],
    ["native id", record === undefined ? summary?.nativeSession : nativeIds(record)],
    ["parent", parentOf(record) ?? summary?.parent],
    ["could be of", record && candidates(record)],
    ["joined by", record && howJoined(record)],
    ["merged in", listed((record?.absorbed ?? []).map(({ session }) => session))],
    ["sub-agents", record && record.subAgents.length > 0 ? String(record.subAgents.length) : undefined],
    ["tasks", listed(record?.tasks ?? [])],
    ["projects", listed(record?.projects ?? [])],
    ["folder", record?.cwd ?? summary?.cwd],
    ["branch", record && branches(record)],
    ["tags", summary?.tags && pairs(summary.tags)],
  ];
}

function whatHappened({ record, summary, presence, usage, logs }: Shown, now: number): readonly Row[] {
  const writer = presence?.record;
  const at = (time: string | undefined): string | undefined => time && `${time} (${timeAgo(time, now)})`;
  const bytes = logs.reduce((sum, log) => sum + log.bytes, 0);
  return [
    ["started", at(summary?.startedAt ?? record?.created)],
    ["last event", at(summary?.lastEventAt)],
    ["last seen", summary === undefined ? at(record?.progress) : undefined],
    ["run", summary && String(summary.run)],
    ["events", summary === undefined ? "none: it has no log in this store" : `${summary.events} in ${byteSize(bytes)}`],
    ["tokens", usage && tokens(usage)],
    ["learnt by", summary?.source],
    ["writer", writer && `process ${writer.pid} on ${writer.host}, last beat ${duration(presence?.ageMs ?? 0)} ago`],
  ];
}

function itsFiles({ record, logs }: Shown): readonly Row[] {
  return [
    ...logs.flatMap(({ path, head }): readonly Row[] => [
      ["log", path],
      ["head", `${head.seq}:${head.hash}`],
    ]),
    ...(record?.transcripts ?? []).map(({ path, status }): Row => [
      "transcript",
      status === "missing" ? `${path} (gone)` : path,
    ]),
  ];
}

/** `1200 in, 340 out, 9000 read from a cache, 80 written into it, $0.12` */
function tokens({ inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens, costUsd }: UsageSum): string {
  return [
    `${inputTokens} in`,
    `${outputTokens} out`,
    ...(cacheReadTokens > 0 ? [`${cacheReadTokens} read from a cache`] : []),
    ...(cacheWriteTokens > 0 ? [`${cacheWriteTokens} written into it`] : []),
    ...(costUsd === undefined ? [] : [`$${costUsd.toFixed(2)}`]),
  ].join(", ");
}

function closing({ outcome, closedAt, closedReason }: SessionRecord): string | undefined {
  if (outcome === "open") return undefined;
  return [closedAt, closedReason].filter((one) => one !== undefined).join(": ") || undefined;
}

function nativeIds({ natives }: SessionRecord): string | undefined {
  return listed(natives.map(({ agent, native }) => `${agent} ${native}`));
}

const SPEAKERS = { person: "said by a person", agent: "said by the agent", inference: "worked out" } as const;

function parentOf(record: SessionRecord | undefined): string | undefined {
  const parent = record?.parent;
  return parent && `${parent.session} (${parent.kind}, ${SPEAKERS[parent.by]})`;
}

/** Why several native sessions are taken for one piece of work; of a single one there is nothing to explain. */
function howJoined({ natives, resolution: { source, confidence, evidence } }: SessionRecord): string | undefined {
  if (natives.length < 2 || source === "minted") return undefined;
  return `${source} (${[confidence, ...evidence.map(({ kind }) => kind)].join(", ")})`;
}

function candidates({ candidates: few, candidatesOmitted: more }: SessionRecord): string | undefined {
  const named = few.map(
    ({ session, evidence }) => `${shortId(session)} (${evidence.map(({ kind }) => kind).join(", ")})`,
  );
  return listed(more > 0 ? [...named, `${more} more`] : named);
}

function branches({ branch, branchAtStart }: SessionRecord): string | undefined {
  if (branch === undefined || branchAtStart === undefined || branch === branchAtStart) return branch ?? branchAtStart;
  return `${branch} (began on ${branchAtStart})`;
}

function pairs(tags: Readonly<Record<string, string>>): string {
  return Object.entries(tags)
    .map(([key, value]) => `${key}=${value}`)
    .join(" ");
}

function listed(texts: readonly string[]): string | undefined {
  return texts.length === 0 ? undefined : texts.join(", ");
}
