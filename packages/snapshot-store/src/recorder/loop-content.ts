import { type LoopRecord } from "@agentlog/types";
import { amountOf, blobOf, roleOf, textOf, type FoldedEvent } from "./event-fields.js";

/** Adds what was said; a message without a role or a text is none. */
export function addMessage(loop: LoopRecord, { seq, data }: FoldedEvent, time: string): void {
  const role = roleOf(data);
  const text = textOf(data, "text");
  if (role === undefined || text === undefined) return;
  const textBlob = blobOf(data, "textBlob");
  const [messageId, model] = [textOf(data, "messageId"), textOf(data, "model")];
  loop.messages.push({
    role,
    text,
    ...(textBlob && { textBlob }),
    time,
    seq,
    ...(messageId === undefined ? {} : { messageId }),
    ...(model === undefined ? {} : { model }),
  });
}

const TOKENS = ["inputTokens", "outputTokens", "cacheReadTokens", "cacheWriteTokens"] as const;

/** Adds a request's tokens, once for each pair of message and request; one that names neither is a request of its own. */
export function addUsage({ usage }: LoopRecord, { data }: FoldedEvent, counted: Set<string>): void {
  const ids = [textOf(data, "messageId") ?? null, textOf(data, "requestId") ?? null];
  if (ids.some((id) => id !== null)) {
    const request = JSON.stringify(ids);
    if (counted.has(request)) return;
    counted.add(request);
  }
  for (const name of TOKENS) {
    usage[name] = Math.min(usage[name] + Math.floor(amountOf(data, name)), Number.MAX_SAFE_INTEGER);
  }
  const costUsd = amountOf(data, "costUsd");
  if (costUsd > 0) usage.costUsd = (usage.costUsd ?? 0) + costUsd;
}
