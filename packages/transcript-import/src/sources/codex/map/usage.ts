import { type JsonObject } from "@agentlog/types";
import { type DataOf } from "../../../records/event.js";
import { countField, defined, objectField, textField, without } from "../../../records/fields.js";
import { type ImportedEvent } from "../../../source.js";
import { eventOf, type RecordContext } from "../record.js";

/** Tokens as Codex counts them: those from the cache are part of the input. */
interface Tokens {
  readonly input: number;
  readonly cached: number;
  readonly written: number;
  readonly output: number;
}

/**
 * The usage of each request once. `token_count` has the session's total and the last request's part of it, and is written
 * again whenever something else about it changes, such as a rate limit; a fork goes on from its parent's total.
 */
export interface Usage {
  /** What was used since the last one; undefined when nothing was. */
  add(payload: JsonObject): Tokens | undefined;
}

export function createUsage(): Usage {
  let known: Tokens | undefined;
  return {
    add: (payload) => {
      const info = objectField(payload, "info");
      const total = tokensOf(objectField(info, "total_token_usage"));
      const last = tokensOf(objectField(info, "last_token_usage"));
      if (total === undefined) return used(last);
      const before = known;
      known = total;
      const delta = before === undefined ? undefined : minus(total, before);
      // A total that fell was begun again; before the first one, the parent's part in it is unknown. Then the last request counts.
      return used(delta ?? last ?? total);
    },
  };
}

function tokensOf(usage: JsonObject | undefined): Tokens | undefined {
  if (usage === undefined) return undefined;
  return {
    input: countField(usage, "input_tokens") ?? 0,
    cached: countField(usage, "cached_input_tokens") ?? 0,
    written: countField(usage, "cache_write_input_tokens") ?? 0,
    output: countField(usage, "output_tokens") ?? 0,
  };
}

function minus(a: Tokens, b: Tokens): Tokens | undefined {
  const delta = {
    input: a.input - b.input,
    cached: a.cached - b.cached,
    written: a.written - b.written,
    output: a.output - b.output,
  };
  return Object.values(delta).every((count) => count >= 0) ? delta : undefined;
}

function used(tokens: Tokens | undefined): Tokens | undefined {
  return tokens !== undefined && tokens.input + tokens.output > 0 ? tokens : undefined;
}

export function mapTokenCount(context: RecordContext, usage: Usage): readonly ImportedEvent[] {
  const { payload } = context.item;
  const tokens = usage.add(payload);
  if (tokens === undefined) return [];
  const data = defined<DataOf<"usage.recorded">>({
    inputTokens: Math.max(0, tokens.input - tokens.cached - tokens.written),
    outputTokens: tokens.output,
    cacheReadTokens: tokens.cached,
    cacheWriteTokens: tokens.written === 0 ? undefined : tokens.written,
    model: textField(objectField(payload, "info"), "model") ?? context.model,
    details: without(payload, "type"),
  });
  return [eventOf(context, "usage.recorded", "usage", data)];
}
