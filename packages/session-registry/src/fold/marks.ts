import { type Activity, type Outcome, type SessionRecord } from "../contract.js";
import { type SessionId } from "@agentlog/types";
import { field, type Fields, instant, sessionField, textField, textsField } from "../fields.js";
import { LONGEST_LABEL, LONGEST_TEXT, LONGEST_TITLE, MOST_LABELS, MOST_TITLES } from "../limits.js";
import { readEvidence, readKind } from "../read-resolution.js";
import { cut } from "../sighting.js";
import { unusable } from "./unusable.js";

// What people and the sweep say about a session. Each function gives the record after one event of its kind, and refuses data
// that has not that kind's shape.

export function foldAlias(record: SessionRecord, data: Fields): SessionRecord {
  const { alias: _old, ...rest } = record;
  const alias = field(data, "alias");
  if (alias === null) return rest;
  return isLabel(alias) ? { ...rest, alias } : unusable("no alias");
}

export function foldLinks(record: SessionRecord, data: Fields): SessionRecord {
  const { tasks, projects } = labels(data);
  return { ...record, tasks: added(record.tasks, tasks), projects: added(record.projects, projects) };
}

export function foldUnlinks(record: SessionRecord, data: Fields): SessionRecord {
  const { tasks, projects } = labels(data);
  return { ...record, tasks: without(record.tasks, tasks), projects: without(record.projects, projects) };
}

function labels(data: Fields): { readonly tasks: readonly string[]; readonly projects: readonly string[] } {
  const [tasks, projects] = [textsField(data, "tasks").filter(isLabel), textsField(data, "projects").filter(isLabel)];
  return tasks.length + projects.length === 0 ? unusable("neither tasks nor projects") : { tasks, projects };
}

function isLabel(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= LONGEST_LABEL;
}

export function foldParent(record: SessionRecord, data: Fields): SessionRecord {
  const { parent: known, parentless, ...rest } = record;
  const by = textField(data, "by") === "person" ? "person" : "inference";
  if (by === "inference" && (parentless === true || (known !== undefined && known.by !== "inference"))) return record;
  if (field(data, "parent") === null) return by === "person" ? { ...rest, parentless: true } : rest;
  const session = sessionField(data, "parent");
  if (session === undefined || session === record.session) return unusable("no parent");
  const kind = readKind(data) ?? "manual";
  const parent = { session, kind, by, evidence: readEvidence(data) } as const;
  return { ...rest, parent, candidates: [], candidatesOmitted: 0 };
}

const OUTCOMES: ReadonlySet<string> = new Set(["done", "blocked", "abandoned", "merged", "superseded"]);

export function foldClosed(record: SessionRecord, data: Fields, time: string | undefined): SessionRecord {
  const outcome = textField(data, "outcome") ?? "";
  if (!OUTCOMES.has(outcome)) return unusable("no outcome");
  const { closedReason: _reason, closedAt: _at, ...rest } = record;
  const reason = textField(data, "reason")?.slice(0, LONGEST_TEXT);
  const closedAt = instant(time);
  return {
    ...rest,
    outcome: outcome as Outcome,
    ...(closedAt === undefined ? {} : { closedAt }),
    ...(reason === undefined ? {} : { closedReason: reason }),
  };
}

export function foldReopened(record: SessionRecord): SessionRecord {
  const { closedAt: _at, closedReason: _reason, ...rest } = record;
  return { ...rest, outcome: "open", activity: "active" };
}

export function foldTitle(record: SessionRecord, data: Fields): SessionRecord {
  const title = cut(textField(data, "title"), LONGEST_TITLE);
  if (title === undefined) return unusable("no title");
  if (record.foreignTitles.includes(title)) return record;
  return { ...record, foreignTitles: [...record.foreignTitles, title].toSorted().slice(0, MOST_TITLES) };
}

export function foldActivity(record: SessionRecord, activity: Activity): SessionRecord {
  return { ...record, activity };
}

/** The record without a native session that a person took out of it, or that left it with a split. */
export function foldUnbound(record: SessionRecord, agent: string, native: string): SessionRecord {
  const gone = record.natives.find((one) => one.agent === agent && one.native === native);
  if (gone === undefined) return record;
  const natives = record.natives.filter((one) => one !== gone);
  return {
    ...record,
    natives,
    logs: logsWithout(record, gone.log, natives),
    transcripts: record.transcripts.filter((one) => one.agent !== agent || one.native !== native),
    refused: [...withoutNative(record.refused, { agent, native }), { agent, native }].slice(-MOST_LABELS),
  };
}

/** A list of native sessions without one of them. */
export function withoutNative<T extends { readonly agent: string; readonly native: string }>(
  list: readonly T[],
  gone: { readonly agent: string; readonly native: string },
): readonly T[] {
  return list.filter(({ agent, native }) => agent !== gone.agent || native !== gone.native);
}

/** Its logs without one that none of its native sessions needs any more; its own stays. */
function logsWithout(record: SessionRecord, log: SessionId, natives: SessionRecord["natives"]): readonly SessionId[] {
  if (log === record.session || natives.some((one) => one.log === log)) return record.logs;
  return record.logs.filter((one) => one !== log);
}

function added(known: readonly string[], more: readonly string[]): readonly string[] {
  return [...new Set([...known, ...more])].slice(0, MOST_LABELS);
}

function without(known: readonly string[], gone: readonly string[]): readonly string[] {
  return known.filter((one) => !gone.includes(one));
}
