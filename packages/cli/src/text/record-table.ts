import { type SessionRecord } from "@agentlog/session-registry";
import { type Output } from "../output.js";
import { plainTable } from "./plain-table.js";
import { shortId } from "./session-table.js";
import { timeAgo } from "./time.js";
import { fitText } from "./width.js";

const STATE_COLORS = { active: "green", idle: "yellow", archived: "dim" } as const;

/** How people know a session: its alias, its title, or what was first said in it. */
export function nameOf(record: Omit<SessionRecord, "session">): string {
  const { alias, title, foreignTitles, promptPreview, natives } = record;
  return alias ?? title ?? foreignTitles[0] ?? promptPreview ?? natives[0]?.native ?? "";
}

/** What a person said of it, or how long it has been quiet. */
export function stateOf({ outcome, activity }: SessionRecord, output: Output): string {
  if (outcome !== "open") return output.paint("dim", outcome);
  return output.paint(STATE_COLORS[activity], activity);
}

/** One line a session, from the registry alone. */
export function recordTable(records: readonly SessionRecord[], output: Output, now: number): string {
  const widest = Math.max(20, Math.floor((output.columns - 50) / 2));
  const rows = records.map((record) => [
    shortId(record.session),
    stateOf(record, output),
    timeAgo(record.progress, now),
    fitText(record.agent, 10),
    fitText(nameOf(record), widest),
    fitText([record.branch ?? record.branchAtStart, record.cwd].filter((one) => one !== undefined).join(" "), widest),
  ]);
  return plainTable(["session", "state", "last seen", "agent", "name", "where"], rows, output);
}
