import { readPresence, type Presence } from "@agentlog/session-writer";
import { type SessionId } from "@agentlog/types";
import { timeAgo } from "../../text/time.js";
import { removing } from "../command.js";
import { counted } from "../../text/counted.js";
import { type Check, type Examined, type Found } from "../finding.js";
import { type Subject } from "../subject.js";

/** Whether sessions that say they are running are. */
export const presenceCheck: Check = { name: "presence", ofStore: true, examine };

async function examine(subject: Subject): Promise<Examined> {
  const { layout, disk, now } = subject;
  if (layout === undefined) return { summary: "none", findings: [] };
  const store = { root: layout.root, layout };
  const findings: Found[] = [];
  let running = 0;
  for (const id of subject.sessions()) {
    // Most sessions are over, and their logs are not to be read once more for that.
    if (disk.lstatSync(layout.session(id).presence, { throwIfNoEntry: false }) === undefined) continue;
    const presence = await readPresence(store, id, { disk, now });
    if (presence.state === "live" || presence.state === "stalled") running += 1;
    findings.push(...judge(subject, id, presence));
  }
  return {
    summary: running === 0 ? "no session is running" : `${counted(running, "session")} running`,
    findings,
    facts: { running },
  };
}

function judge(subject: Subject, id: SessionId, { state, record, problem }: Presence): readonly Found[] {
  const where = subject.layout?.session(id).presence ?? "";
  const remove = removing([where]);
  if (problem !== undefined) {
    const why = "it counts as absent: nobody can tell whether the session is running";
    return [{ severity: "note", what: problem.message, where, why, ...remove }];
  }
  const seen = record === undefined ? "" : `, last seen ${timeAgo(record.time, subject.now)}`;
  if (state === "crashed") {
    const what = `${id} has no end, and its process ${record?.pid} is gone${seen}`;
    const why = "it is shown as crashed until its end is written";
    return [{ severity: "problem", what, where, why, command: subject.command("sweep") }];
  }
  if (state === "unknown-host") {
    const what = `${id} says that it runs on ${record?.host}, or did before this machine was started${seen}`;
    const why = "from here nobody can tell whether it still does";
    const advice = "only if it does not run any more";
    return [{ severity: "note", what, where, why, ...removing([where], { advice }) }];
  }
  if (state === "ended" && record !== undefined) {
    const why = "harmless: its end is in the log, and that is what counts";
    return [{ severity: "note", what: `${id} is over, and its presence file was left behind`, where, why, ...remove }];
  }
  return [];
}
