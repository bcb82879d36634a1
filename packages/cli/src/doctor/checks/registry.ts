import { type StoreLayout } from "@agentlog/durable-fs";
import { type SessionRecord } from "@agentlog/session-registry";
import { openSessionLog } from "@agentlog/session-writer";
import { isAgentlogError, type SessionId } from "@agentlog/types";
import { counted } from "../../text/counted.js";
import { type Check, type Examined, type Found } from "../finding.js";
import { type Subject } from "../subject.js";

/** Whether the registry and the sessions' folders tell of the same sessions. */
export const registryCheck: Check = { name: "registry", ofStore: true, examine };

async function examine(subject: Subject): Promise<Examined> {
  const { layout } = subject;
  if (layout === undefined) return { summary: "none", findings: [] };
  // The logs first: a session that begins meanwhile must not pass for one that the registry has missed.
  const { withEvents: withLog, empty } = logsOf(subject, layout);
  const { records, skipped } = await subject.registry();
  const known = new Set<string>(records.flatMap((record) => record.logs));
  const missed = withLog.filter((id) => !known.has(id));
  const there = new Set<string>(withLog);
  const gone = records.filter(
    ({ mergedInto, logs }) => mergedInto === undefined && logs.length > 0 && !logs.some((log) => there.has(log)),
  );
  const live = records.filter(({ mergedInto }) => mergedInto === undefined);
  return {
    summary: `${counted(live.length, "session")}, ${counted(withLog.length, "log")}`,
    findings: [
      ...missing(subject, missed),
      ...withoutEvents(
        layout,
        empty.filter((id) => !known.has(id)),
      ),
      ...gone.map((record) => withoutLog(subject, record)),
      ...unused(subject, skipped),
    ],
    facts: {
      sessions: live.length,
      logs: withLog.length,
      notRegistered: missed,
      withoutLog: gone.map((one) => one.session),
    },
  };
}

/** Which logs have anything in them. One that cannot be read is told of by the check of the logs. */
function logsOf(
  subject: Subject,
  layout: StoreLayout,
): { readonly withEvents: readonly SessionId[]; readonly empty: readonly SessionId[] } {
  const withEvents: SessionId[] = [];
  const empty: SessionId[] = [];
  for (const id of subject.sessions()) {
    try {
      const { exists, lastSeq } = openSessionLog({ root: layout.root, layout }, id, { disk: subject.disk }).stat();
      if (lastSeq >= 0) withEvents.push(id);
      else if (exists) empty.push(id);
    } catch (error) {
      if (!isAgentlogError(error)) throw error;
    }
  }
  return { withEvents, empty };
}

function withoutEvents(layout: StoreLayout, empty: readonly SessionId[]): readonly Found[] {
  const [first] = empty;
  if (first === undefined) return [];
  const what = `${counted(empty.length, "log")} without any event`;
  const why = "nothing of these sessions is left here, or nothing was written yet; no command shows them";
  const advice = "another agentlog import takes in what agents' transcripts still have";
  return [{ severity: "note", what, where: layout.session(first).events, why, advice }];
}

function missing(subject: Subject, missed: readonly SessionId[]): readonly Found[] {
  const { layout } = subject;
  if (missed.length === 0 || layout === undefined) return [];
  const [first] = missed;
  const which = missed.length === 1 ? `${first} is` : `${first} and ${counted(missed.length - 1, "other session")} are`;
  return [
    {
      severity: "problem",
      what: `${which} not in the registry`,
      where: layout.session(first ?? "").dir,
      why: "find, tree and ls do not show what the registry does not know",
      command: subject.command("rebuild"),
    },
  ];
}

/** It may be known from a link alone. Only where its agent's file is still there is it known that something was lost. */
function withoutLog(subject: Subject, record: SessionRecord): Found {
  const { session, transcripts, agent } = record;
  const present = transcripts.find(
    ({ path }) => subject.disk.lstatSync(path, { throwIfNoEntry: false })?.isFile() === true,
  );
  const where = subject.layout?.session(session).dir ?? session;
  const what = `${session} (${agent}) is in the registry and has no log here`;
  if (present !== undefined) {
    const why = "its events are not in this store; its transcript is still where it was";
    return { severity: "problem", what, where, why, command: subject.command("import", present.path) };
  }
  const why = "known by name only: it was linked to, or its folder was removed, and find still shows it";
  return { severity: "note", what, where, why, advice: "nothing is needed; a registry forgets nothing" };
}

function unused({ layout }: Subject, skipped: number): readonly Found[] {
  if (skipped === 0) return [];
  const what = `${counted(skipped, "event")} of the registry could not be used`;
  const why = "they are of another version, or of sessions whose beginning is lost, and count for nothing";
  const advice = "nothing is needed: they stay in the log";
  return [{ severity: "note", what, where: layout?.registryDir ?? "", why, advice }];
}
