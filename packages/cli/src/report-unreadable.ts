import { type SessionList } from "@agentlog/session-writer";
import { type Output } from "./output.js";
import { escapeText } from "./text/escape.js";

/** Says which sessions could not be read; they hide no others. */
export function reportUnreadable(unreadable: SessionList["unreadable"], output: Output): void {
  for (const { id, error } of unreadable) output.note(`cannot read ${id}: ${escapeText(error.message)}`);
}
