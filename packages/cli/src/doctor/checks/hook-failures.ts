import { join } from "node:path";
import { readPrivateFile } from "@agentlog/durable-fs";
import { FAILURES_FILE, type HookFailure } from "../../hook/failures.js";
import { timeAgo } from "../../text/time.js";
import { removing } from "../command.js";
import { counted } from "../../text/counted.js";
import { type Check, type Examined, type Found } from "../finding.js";
import { type Subject } from "../subject.js";

/** What hooks could not record, by their own account. */
export const hookFailuresCheck: Check = { name: "hook failures", ofStore: true, examine };

/** An older failure was met and got over, or its agent is not used any more. */
const RECENT_MS = 7 * 24 * 3_600_000;

function examine(subject: Subject): Examined {
  const { layout, now } = subject;
  if (layout === undefined) return { summary: "none", findings: [] };
  const path = join(layout.spoolDir, FAILURES_FILE);
  const failures = readFailures(subject, path);
  const last = failures.at(-1);
  const summary = last === undefined ? "none noted" : `${failures.length} noted, the last ${timeAgo(last.time, now)}`;
  return {
    summary,
    findings: last === undefined ? [] : [finding(subject, path, failures, last)],
    facts: { failures: failures.length, last },
  };
}

function finding({ now }: Subject, path: string, failures: readonly HookFailure[], last: HookFailure): Found {
  const recent = failures.filter(({ time }) => now - Date.parse(time) < RECENT_MS);
  const codes = new Map<string, number>();
  for (const { code } of failures) codes.set(code, (codes.get(code) ?? 0) + 1);
  const by = [...codes].map(([code, count]) => `${count} ${code}`).join(", ");
  const reason = `${last.agent === "" ? "" : `${last.agent}: `}${last.code}, ${last.message}`;
  return {
    severity: recent.length > 0 ? "problem" : "note",
    what: `hooks noted ${counted(failures.length, "failure")} (${by}), ${recent.length} in the last 7 days; the last ${timeAgo(last.time, now)}: ${reason}`,
    where: path,
    why: "these calls of an agent were not recorded, or only in part",
    ...removing([path], { advice: "removes the notes, not their cause: mend that first" }),
  };
}

function readFailures({ disk }: Subject, path: string): readonly HookFailure[] {
  const text = readPrivateFile(path, { disk, maxBytes: 1024 * 1024 })?.toString("utf8") ?? "";
  return text.split("\n").flatMap((line) => {
    try {
      const { time, agent, code, message } = JSON.parse(line) as Readonly<Record<string, unknown>>;
      if (typeof time !== "string" || Number.isNaN(Date.parse(time))) return [];
      return [{ time, agent: String(agent), code: String(code), message: String(message) }];
    } catch {
      return [];
    }
  });
}
