import { type ContextCompacted } from "@agentlog/types";
import { countField, defined, durationField, objectField } from "../../../records/fields.js";
import { type ImportedEvent } from "../../../source.js";
import { eventOf, type RecordContext } from "../record.js";

/** A `system` record: a compaction has a kind of its own; all others are kept as they are. */
export function mapSystem(context: RecordContext): readonly ImportedEvent[] {
  const { record } = context;
  if (record["subtype"] !== "compact_boundary") return [];
  const about = objectField(record, "compactMetadata");
  const data = defined<ContextCompacted>({
    trigger: about?.["trigger"] === "manual" ? "manual" : "auto",
    preTokens: countField(about, "preTokens"),
    postTokens: countField(about, "postTokens"),
    durationMs: durationField(about, "durationMs"),
  });
  return [eventOf(context, "context.compacted", "compacted", data)];
}
