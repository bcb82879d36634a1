import { type UsageRecorded } from "@agentlog/types";
import { countField, defined, objectField, textField } from "../../../records/fields.js";
import { type Part, partOf } from "../event.js";
import { type MessageContext } from "./message.js";

/** The tokens of the request that gave a message, once. Cached input is a share of the input; thoughts are none of the output. */
export function mapUsage(context: MessageContext): readonly Part[] {
  const { id, message } = context;
  const tokens = objectField(message, "tokens");
  if (tokens === undefined) return [];
  const count = (name: string): number => countField(tokens, name) ?? 0;
  const data = defined<UsageRecorded>({
    inputTokens: Math.max(0, count("input") - count("cached")) + count("tool"),
    outputTokens: count("output") + count("thoughts"),
    cacheReadTokens: countField(tokens, "cached"),
    model: textField(message, "model"),
    messageId: id,
  });
  return [partOf(context, "usage.recorded", `${id}/usage`, "", data)];
}
