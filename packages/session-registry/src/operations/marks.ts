import { agentlogError, type EdgeKind, type SessionId } from "@agentlog/types";
import { isDeepStrictEqual } from "node:util";
import { type Mutation, type MutationOptions, type Outcome, type ParentEdge, type SessionRecord } from "../contract.js";
import { type RegistryEvent } from "../events.js";
import { changeTime } from "../fields.js";
import { type Decision, foresee } from "../transaction.js";
import { descendsFrom, type View } from "../view.js";
import { MOST_LABELS } from "../limits.js";
import { aliasLabel, label, reasonText, titleText } from "./labels.js";

/** A change of one session that a person asks for. Throws `NOT_FOUND` for an unknown one. */
export type Change = (view: View, record: SessionRecord, time: string) => Promise<RegistryEvent | undefined>;

/** Decides one change on the session that survives its merges. What changes nothing becomes no event. */
export function decideChange(
  session: SessionId,
  options: MutationOptions,
  change: Change,
): (view: View) => Promise<Decision<Mutation>> {
  return async (view) => {
    const record = await known(view, session);
    const time = changeTime(options.at);
    const event = await change(view, record, time);
    if (event !== undefined) await foresee(view, event);
    const after = (await view.surviving(record.session)) ?? record;
    const changed = event !== undefined && !isDeepStrictEqual(record, after);
    const result = { changed, session: record.session, record: after };
    return { events: changed && options.dryRun !== true ? [event] : [], result };
  };
}

/** The session's record, through its merges. Throws `NOT_FOUND`. */
export async function known(view: View, session: SessionId): Promise<SessionRecord> {
  const record = await view.surviving(session);
  if (record !== undefined) return record;
  throw agentlogError(
    "NOT_FOUND",
    `the registry has no session ${session}; \`agentlog rebuild\` finds sessions it has missed`,
    {
      what: "session",
      id: session,
    },
  );
}

export function changeAlias(given: string | undefined): Change {
  const alias = given === undefined ? null : aliasLabel(given);
  return async (view, { session }, time) => {
    const [taken] =
      alias === null
        ? []
        : (await view.scan("alias", { prefix: [alias], limit: 2 })).filter(({ key }) => key !== session);
    if (taken !== undefined) {
      throw agentlogError("ALIAS_TAKEN", `session ${taken.key} has that alias; give it another one first`, {
        alias: alias ?? "",
        session: taken.key,
      });
    }
    return { type: "session.aliased", time, session, data: { alias } };
  };
}

export interface Labels {
  readonly tasks?: readonly string[];
  readonly projects?: readonly string[];
}

export function changeLabels(
  type: "session.linked" | "session.unlinked",
  { tasks = [], projects = [] }: Labels,
): Change {
  const data = {
    tasks: tasks.map((one) => label(one, "task")),
    projects: projects.map((one) => label(one, "project")),
  };
  if (data.tasks.length + data.projects.length === 0) {
    throw agentlogError("USAGE", "there is nothing to link; name a task or a project", {
      hint: "name a task or a project",
    });
  }
  return async (_view, record, time) => {
    if (type === "session.linked") refuseTooMany(record, data);
    return { type, time, session: record.session, data };
  };
}

function refuseTooMany(record: SessionRecord, more: Required<Labels>): void {
  for (const name of ["tasks", "projects"] as const) {
    if (new Set([...record[name], ...more[name]]).size <= MOST_LABELS) continue;
    const hint = "unlink some of them first";
    throw agentlogError("USAGE", `a session has at most ${MOST_LABELS} ${name}; ${hint}`, { hint });
  }
}

export function changeParent(parent: SessionId | undefined, kind: EdgeKind): Change {
  return async (view, { session }, time) => {
    const named = parent === undefined ? null : (await known(view, parent)).session;
    if (named !== null) await refuseCycle(view, session, named);
    return { type: "session.parented", time, session, data: { parent: named, kind, by: "person", evidence: [] } };
  };
}

/** A parent worked out from shared history; one that would close a cycle is no parent. */
export function changeInferredParent(
  edge: (Pick<ParentEdge, "kind" | "evidence"> & { readonly parent: SessionId }) | undefined,
): Change {
  return async (view, { session, parent: kept }, time) => {
    if (kept !== undefined && kept.by !== "inference") return undefined;
    const parent = edge === undefined ? null : ((await view.surviving(edge.parent))?.session ?? edge.parent);
    if (parent === session) return undefined;
    if (parent !== null && (await descendsFrom(view, parent, session))) return undefined;
    const { kind = "fork", evidence = [] } = edge ?? {};
    return { type: "session.parented", time, session, data: { parent, kind, by: "inference", evidence } };
  };
}

export function changeOutcome(outcome: Exclude<Outcome, "open">, reason: string | undefined): Change {
  const data = { outcome, ...(reason === undefined ? {} : { reason: reasonText(reason) }) };
  return async (_view, record, time) => {
    const { session, closedReason } = record;
    // The same again leaves the time of the first closing as it is.
    if (record.outcome === outcome && (reason === undefined || closedReason === data.reason)) return undefined;
    return { type: "session.closed", time, session, data };
  };
}

export function changeReopened(): Change {
  return async (_view, { session, outcome, activity }, time) =>
    outcome === "open" && activity === "active" ? undefined : { type: "session.reopened", time, session, data: {} };
}

export function changeTitle(given: string, from: SessionId): Change {
  const title = titleText(given);
  return async (_view, { session }, time) => ({ type: "session.retitled", time, session, data: { title, from } });
}

export async function refuseCycle(view: View, child: SessionId, parent: SessionId): Promise<void> {
  if (!(await descendsFrom(view, parent, child))) return;
  const message =
    parent === child
      ? `session ${child} cannot be its own parent`
      : `session ${parent} came from ${child}: it cannot be its parent as well; take its parent away first`;
  throw agentlogError("PARENT_CYCLE", message, { child, parent });
}
