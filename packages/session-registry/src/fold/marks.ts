import { type EdgeKind, type SessionId } from "@agentlog/types";
import { type Activity, type Outcome, type SessionRecord } from "../contract.js";
import { type Fields, listField, sessionField, textField, textsField } from "../fields.js";
import { MOST_LABELS, MOST_TITLES } from "../limits.js";

// What people and the sweep say about a session. Each function gives the record after one event of its kind; data that has
// not that kind's shape leaves it as it is.

export function foldAlias(record: SessionRecord, data: Fields): SessionRecord {
  const { alias: _old, ...rest } = record;
  const alias = textField(data, "alias");
  return alias === undefined ? rest : { ...rest, alias };
}

export function foldLinks(record: SessionRecord, data: Fields): SessionRecord {
  return {
    ...record,
    tasks: added(record.tasks, textsField(data, "tasks")),
    projects: added(record.projects, textsField(data, "projects")),
  };
}

export function foldUnlinks(record: SessionRecord, data: Fields): SessionRecord {
  return {
    ...record,
    tasks: without(record.tasks, textsField(data, "tasks")),
    projects: without(record.projects, textsField(data, "projects")),
  };
}

export function foldParent(record: SessionRecord, data: Fields): SessionRecord {
  const { parent: known, ...rest } = record;
  const by = textField(data, "by") === "person" ? "person" : "inference";
  if (by === "inference" && known !== undefined && known.by !== "inference") return record;
  const parent = sessionField(data, "parent");
  if (parent === undefined || parent === record.session) return rest;
  const kind = (textField(data, "kind") ?? "manual") as EdgeKind;
  const evidence = listField(data, "evidence") as NonNullable<SessionRecord["parent"]>["evidence"];
  return { ...rest, parent: { session: parent, kind, by, evidence }, candidates: [], candidatesOmitted: 0 };
}

const OUTCOMES: ReadonlySet<string> = new Set(["done", "blocked", "abandoned", "merged", "superseded"]);

export function foldClosed(record: SessionRecord, data: Fields, time: string): SessionRecord {
  const outcome = textField(data, "outcome") ?? "";
  if (!OUTCOMES.has(outcome)) return record;
  const { closedReason: _old, ...rest } = record;
  const reason = textField(data, "reason");
  return {
    ...rest,
    outcome: outcome as Outcome,
    closedAt: time,
    ...(reason === undefined ? {} : { closedReason: reason }),
  };
}

export function foldReopened(record: SessionRecord): SessionRecord {
  const { closedAt: _at, closedReason: _reason, ...rest } = record;
  return { ...rest, outcome: "open", activity: "active" };
}

export function foldTitle(record: SessionRecord, data: Fields): SessionRecord {
  const title = textField(data, "title");
  if (title === undefined || record.foreignTitles.includes(title)) return record;
  return { ...record, foreignTitles: [...record.foreignTitles, title].toSorted().slice(0, MOST_TITLES) };
}

export function foldActivity(record: SessionRecord, activity: Activity): SessionRecord {
  return { ...record, activity };
}

/** The record without a native session that a person took out of it. */
export function foldUnbound(record: SessionRecord, agent: string, native: string): SessionRecord {
  const gone = record.natives.find((one) => one.agent === agent && one.native === native);
  if (gone === undefined) return record;
  const natives = record.natives.filter((one) => one !== gone);
  return {
    ...record,
    natives,
    logs: logsWithout(record, gone.log, natives),
    transcripts: record.transcripts.filter((one) => one.agent !== agent || one.native !== native),
    refused: [...record.refused, { agent, native }].slice(-MOST_LABELS),
  };
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
