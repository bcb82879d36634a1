import { join } from "node:path";
import { openEventLog, type VerifyReport } from "@agentlog/event-log";
import { openSessionLog } from "@agentlog/session-writer";
import { isAgentlogError, type SessionId } from "@agentlog/types";
import { quoteForShell } from "../../install/command-line.js";
import { counted } from "../../text/counted.js";
import { type Check, type Examined, type Found } from "../finding.js";
import { type Subject } from "../subject.js";

/** Whether every log is whole: what `agentlog verify` proves. */
export const logsCheck: Check = { name: "logs", ofStore: true, examine };

async function examine(subject: Subject): Promise<Examined> {
  const { layout, disk } = subject;
  if (layout === undefined) return { summary: "none", findings: [] };
  const findings: Found[] = [];
  let events = 0;
  const look = async (
    name: SessionId | "registry",
    path: string,
    verify: () => Promise<VerifyReport>,
  ): Promise<void> => {
    const mend = subject.command("repair", name === "registry" ? "--registry" : name);
    try {
      const report = await verify();
      events += report.events;
      if (!report.ok) findings.push(damaged(name, path, report, mend));
      else if (report.unfinishedBytes > 0 && isQuiet(subject, path))
        findings.push(unfinished(name, path, report, mend));
    } catch (error) {
      findings.push(unreadable(name, path, error));
    }
  };
  const sessions = subject.sessions();
  for (const id of sessions) {
    const { dir, events: path } = layout.session(id);
    // A link in the store is told of with the permissions.
    if (disk.lstatSync(dir, { throwIfNoEntry: false })?.isSymbolicLink() === true) continue;
    await look(id, path, () => openSessionLog({ root: layout.root, layout }, id, { disk }).verify());
  }
  const registry = join(layout.registryDir, "events.jsonl");
  await look("registry", registry, () => openEventLog(registry, { disk }).verify());
  const logs = counted(sessions.length, "session");
  const bad = findings.filter(({ severity }) => severity === "problem").length;
  const whole = bad === 0 ? "all whole" : `${bad} damaged`;
  return {
    summary: `${logs} and the registry, ${counted(events, "event")}: ${whole}`,
    findings,
    facts: { logs: sessions.length, events, damaged: bad },
  };
}

function damaged(name: string, path: string, report: VerifyReport, command: string): Found {
  const kinds = [...new Set(report.damage.map(({ kind }) => kind))].join(", ");
  return {
    severity: "problem",
    what: `${name}: ${counted(report.damageCount, "damaged place")} (${kinds}) beside ${counted(report.events, "event")} that count`,
    where: path,
    why: "what is damaged is passed over by every reader; all else counts",
    command,
    advice: "sets the damage aside in quarantine and keeps every event that counts",
  };
}

/** A write in progress takes milliseconds. */
const QUIET_MS = 60_000;

function isQuiet({ disk, now }: Subject, path: string): boolean {
  return now - disk.lstatSync(path).mtimeMs > QUIET_MS;
}

function unfinished(name: string, path: string, { unfinishedBytes }: VerifyReport, command: string): Found {
  return {
    severity: "note",
    what: `${name}: ${counted(unfinishedBytes, "byte")} at its end are no whole event`,
    where: path,
    why: "what a crash left of a write that nobody was told is done; the next append seals it",
    command,
  };
}

function unreadable(name: string, path: string, error: unknown): Found {
  return {
    severity: "problem",
    what: `${name}: ${error instanceof Error ? error.message : String(error)}`,
    where: path,
    why: "nothing can be read from this log or appended to it",
    ...(isNoFile(error) ? { command: quoteForShell(["mv", "--", path, `${path}.aside`]) } : {}),
  };
}

function isNoFile(error: unknown): boolean {
  return isAgentlogError(error, "UNSAFE_PATH") && error.reason === "is not a regular file";
}
