import { type ContextCompacted } from "@agentlog/types";
import { type ImportedEvent } from "../../../source.js";
import { countField, defined, durationField, objectField } from "../fields.js";
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
