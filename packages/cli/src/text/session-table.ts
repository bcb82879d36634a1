import { type SessionSummary } from "@agentlog/session-writer";
import { type PresenceState } from "@agentlog/types";
import { type Output } from "../output.js";
import { type ListedSession } from "../summaries.js";
import { plainTable } from "./plain-table.js";
import { timeAgo } from "./time.js";
import { fitText } from "./width.js";

const COLORS: { readonly [S in PresenceState]: "green" | "yellow" | "red" | "dim" } = {
  live: "green",
  stalled: "yellow",
  stale: "yellow",
  crashed: "red",
  ended: "dim",
  "unknown-host": "yellow",
};

/** How a session stands, in a word: its presence, and of an ended one its outcome. */
export function standing({ presence, outcome, source }: SessionSummary, output: Output): string {
  if (presence === undefined) return output.paint("dim", source === "import" ? "imported" : "-");
  if (presence !== "ended") return output.paint(COLORS[presence], presence);
  if (outcome === undefined || outcome === "success") return output.paint("dim", "ended");
  return output.paint(outcome === "failure" ? "red" : "yellow", fitText(outcome, 12));
}

/** Enough of an id to be typed: a minted one begins with its time, and ten digits tell milliseconds apart. */
export function shortId(id: string): string {
  return id.slice("sess_".length, "sess_".length + 13);
}

/** One line a session. */
export function sessionTable(sessions: readonly ListedSession[], output: Output, now: number): string {
  const titleWidth = Math.max(12, output.columns - 62);
  const rows = sessions.map((session) => [
    shortId(session.id),
    standing(session, output),
    timeAgo(session.lastEventAt, now),
    String(session.events),
    fitText(session.agent ?? "", 10),
    fitText(session.alias ?? session.title ?? session.firstPrompt ?? session.nativeSession ?? "", titleWidth),
  ]);
  return plainTable(["session", "standing", "last event", "events", "agent", "title"], rows, output, [3]);
}
