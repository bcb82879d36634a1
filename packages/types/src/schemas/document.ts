import { array, enum as oneOf, exactOptional as opt, int, looseObject, number, string, type infer as Infer } from "zod";
import { CONTINUATION_KINDS, FORMATIONS, LOOP_STATUSES, SESSION_SCOPES } from "../document.js";
import { keep } from "./keep.js";
import { blobRefSchema, count, flag, messageRoleSchema, timeSchema } from "./scalars.js";

const usage = looseObject({
  inputTokens: count,
  outputTokens: count,
  cacheReadTokens: count,
  cacheWriteTokens: count,
  costUsd: opt(number().min(0)),
});

const message = looseObject({
  role: messageRoleSchema,
  text: string(),
  textBlob: opt(blobRefSchema),
  time: string(),
  seq: count,
  messageId: opt(string()),
  model: opt(string()),
});

const loop = looseObject({
  id: string(),
  agent: opt(string()),
  parentLoop: opt(string()),
  continuation: oneOf(CONTINUATION_KINDS),
  inferred: opt(flag),
  startedAt: string(),
  endedAt: opt(string()),
  status: oneOf(LOOP_STATUSES),
  reason: opt(string()),
  usage,
  messages: array(message),
  childLoops: array(string()),
});

const document = looseObject({
  sessionId: string(),
  agentId: opt(string()),
  createdAt: timeSchema,
  lastActiveAt: timeSchema,
  formation: oneOf(FORMATIONS),
  scope: oneOf(SESSION_SCOPES),
  parentSpawn: opt(looseObject({ session: string(), loop: opt(string()), callId: opt(string()) })),
  loops: array(loop),
  position: looseObject({ seq: int().min(-1), id: opt(string()) }),
  counted: array(string()),
});

/** The data of `loop.started`. */
export const loopStartedSchema = looseObject({
  loop: string(),
  agent: opt(string()),
  parentLoop: opt(string()),
  continuation: opt(oneOf(CONTINUATION_KINDS)),
});

/** The data of `loop.ended`. */
export const loopEndedSchema = looseObject({
  loop: string(),
  status: opt(oneOf(["completed", "failed", "rejected", "aborted"])),
  reason: opt(string()),
});

/** The session document that agent loops keep. */
export const sessionDocumentSchema = keep<Infer<typeof document>>(() => [document]);
