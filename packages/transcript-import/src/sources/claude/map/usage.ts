import { type UsageRecorded } from "@agentlog/types";
import { countField, defined, isObject, listField, objectField, textField } from "../../../records/fields.js";
import { type ImportedEvent } from "../../../source.js";
import { eventOf, namedEventOf, type RecordContext } from "../record.js";

/**
 * The usage of each request to the model, once. Claude Code writes one line for each block of an answer and repeats the
 * usage on all of them; on the lines before the last one its output tokens may be those of the first moment (in one of
 * six answers of real files). The line with `stop_reason` has the figures of the whole answer. Versions that write no
 * `stop_reason` leave it to what comes next: an answer is over when another one or a prompt follows.
 */
export interface Usage {
  /** The usage of the answer that this record ends by coming after it. */
  before(context: RecordContext): readonly ImportedEvent[];
  /** The usage that this record itself completes. */
  after(context: RecordContext): readonly ImportedEvent[];
  /** The usage of answers that nothing came after. */
  finish(): readonly ImportedEvent[];
}

export function createUsage(): Usage {
  // The last answer of the session and of each sub-agent; undefined once it was told.
  const open = new Map<string, { readonly request: string; readonly event: ImportedEvent | undefined }>();

  return {
    before: (context) => {
      const chain = chainOf(context);
      const last = open.get(chain);
      if (last === undefined || !endsAnswer(context, last.request)) return [];
      open.delete(chain);
      return last.event === undefined ? [] : [last.event];
    },
    after: (context) => {
      const event = usageEvent(context);
      if (event === undefined) return [];
      const request = requestOf(context);
      // Without an id there is nothing to wait for.
      if (request === undefined) return [event];
      const chain = chainOf(context);
      const last = open.get(chain);
      if (last?.request === request && last.event === undefined) return [];
      const whole = textField(objectField(context.record, "message"), "stop_reason") !== undefined;
      open.set(chain, { request, event: whole ? undefined : event });
      return whole ? [event] : [];
    },
    finish: () => [...open.values()].flatMap(({ event }) => event ?? []),
  };
}

function chainOf({ nativeSession, subAgent }: RecordContext): string {
  return JSON.stringify([nativeSession, subAgent ?? null]);
}

function endsAnswer(context: RecordContext, request: string): boolean {
  const { record } = context;
  if (record["type"] === "assistant") return requestOf(context) !== request;
  if (record["type"] !== "user") return false;
  // Results of the tools it has called so far stand between the lines of one answer.
  const blocks = listField(objectField(record, "message"), "content");
  return !blocks.some((block) => isObject(block) && block["type"] === "tool_result");
}

function requestOf({ record }: RecordContext): string | undefined {
  const messageId = textField(objectField(record, "message"), "id");
  return messageId === undefined ? undefined : JSON.stringify([messageId, textField(record, "requestId") ?? null]);
}

function usageEvent(context: RecordContext): ImportedEvent | undefined {
  const { record } = context;
  const message = objectField(record, "message");
  const usage = objectField(message, "usage");
  const model = textField(message, "model");
  // What the client made up itself cost nothing.
  if (record["type"] !== "assistant" || usage === undefined || model === "<synthetic>") return undefined;
  const data = defined<UsageRecorded>({
    inputTokens: countField(usage, "input_tokens") ?? 0,
    outputTokens: countField(usage, "output_tokens") ?? 0,
    cacheReadTokens: countField(usage, "cache_read_input_tokens"),
    cacheWriteTokens: countField(usage, "cache_creation_input_tokens"),
    costUsd: typeof record["costUSD"] === "number" && record["costUSD"] >= 0 ? record["costUSD"] : undefined,
    model,
    messageId: textField(message, "id"),
    requestId: textField(record, "requestId"),
  });
  const request = requestOf(context);
  return request === undefined
    ? eventOf(context, "usage.recorded", "usage", data)
    : namedEventOf(context, "usage.recorded", `usage/${request}`, data);
}
