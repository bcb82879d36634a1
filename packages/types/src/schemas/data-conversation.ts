import { boolean, enum as oneOf, exactOptional as opt, looseObject, number, string } from "zod";
import { jsonValueSchema } from "./json.js";
import { blobRefSchema, count, duration, list, messageRoleSchema, toolKindSchema } from "./scalars.js";

const answer = { permission: string(), permissionId: opt(string()), callId: opt(string()), by: opt(string()) };

/** Data of what is said and decided, and of the model behind it, by event type. */
export const conversationData = {
  "message.sent": looseObject({
    role: messageRoleSchema,
    text: string(),
    textBlob: opt(blobRefSchema),
    messageId: opt(string()),
    requestId: opt(string()),
    model: opt(string()),
    stopReason: opt(string()),
    synthetic: opt(boolean()),
  }),
  "reasoning.recorded": looseObject({
    text: string(),
    textBlob: opt(blobRefSchema),
    messageId: opt(string()),
    model: opt(string()),
  }),
  "decision.made": looseObject({
    decision: string(),
    reason: opt(string()),
    alternatives: opt(list(string())),
    confidence: opt(number().min(0).max(1)),
  }),
  "note.added": looseObject({ text: string(), author: opt(string()), tags: opt(list(string())) }),
  "permission.asked": looseObject({
    permission: string(),
    permissionId: opt(string()),
    callId: opt(string()),
    kind: opt(toolKindSchema),
    input: opt(jsonValueSchema),
  }),
  "permission.granted": looseObject({ ...answer, scope: opt(oneOf(["once", "session", "always"])) }),
  "permission.denied": looseObject({ ...answer, reason: opt(string()) }),
  "usage.recorded": looseObject({
    inputTokens: count,
    outputTokens: count,
    cacheReadTokens: opt(count),
    cacheWriteTokens: opt(count),
    costUsd: opt(number().min(0)),
    model: opt(string()),
    messageId: opt(string()),
    requestId: opt(string()),
  }),
  "context.compacted": looseObject({
    trigger: opt(oneOf(["manual", "auto"])),
    preTokens: opt(count),
    postTokens: opt(count),
    durationMs: opt(duration),
    summary: opt(string()),
  }),
  "model.switched": looseObject({ from: opt(string()), to: string(), reason: opt(string()) }),
  "heartbeat.recorded": looseObject({ progress: count, intervalMs: opt(duration) }),
};
