import { textField } from "../../../records/fields.js";
import { type ImportedEvent } from "../../../source.js";
import { eventOf, type RecordContext } from "../record.js";

/** A title that a person gave or Claude Code made. A `summary` names the record it belongs to, often another session's, and is kept as it is. */
export function mapTitle(context: RecordContext): readonly ImportedEvent[] {
  const { record } = context;
  const isCustom = record["type"] === "custom-title";
  const title = textField(record, isCustom ? "customTitle" : "aiTitle");
  return title === undefined
    ? []
    : [eventOf(context, "session.titled", "titled", { title, by: isCustom ? "person" : "agent" })];
}
