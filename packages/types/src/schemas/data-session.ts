import { boolean, enum as oneOf, exactOptional as opt, looseObject, record, string } from "zod";
import { jsonObjectSchema } from "./json.js";
import {
  count,
  duration,
  exitCode,
  flag,
  list,
  nativeSessionIdSchema,
  ordinal,
  outcomeSchema,
  sessionIdSchema,
} from "./scalars.js";

const beginning = {
  agent: opt(string()),
  agentVersion: opt(string()),
  nativeSession: opt(nativeSessionIdSchema),
  cause: opt(string()),
  model: opt(string()),
  cwd: opt(string()),
  command: opt(list(string())),
  host: opt(string()),
  branch: opt(string()),
  commit: opt(string()),
};

/** Data of the session, tier and step kinds, by event type. */
export const sessionData = {
  "session.started": looseObject({
    ...beginning,
    parent: opt(sessionIdSchema),
    title: opt(string()),
    tags: opt(record(string(), string())),
  }),
  "session.resumed": looseObject({ ...beginning, idleMs: opt(duration) }),
  "session.titled": looseObject({ title: string(), by: opt(oneOf(["person", "agent"])) }),
  "session.ended": looseObject({
    outcome: outcomeSchema,
    durationMs: opt(duration),
    reason: opt(string()),
    exitCode: opt(exitCode),
    signal: opt(string()),
    error: opt(string()),
    inferred: opt(flag),
  }),
  "tier.started": looseObject({ tier: count, name: opt(string()), steps: opt(list(string())) }),
  "tier.completed": looseObject({ tier: count, name: opt(string()), outcome: outcomeSchema, durationMs: duration }),
  "step.started": looseObject({
    step: string(),
    tier: opt(count),
    attempt: opt(ordinal),
    command: opt(list(string())),
    prompt: opt(string()),
    agent: opt(string()),
    model: opt(string()),
    cwd: opt(string()),
  }),
  "step.output": looseObject({
    step: string(),
    stream: oneOf(["stdout", "stderr"]),
    text: string(),
    partial: opt(flag),
    attempt: opt(ordinal),
  }),
  "step.completed": looseObject({
    step: string(),
    attempt: opt(ordinal),
    exitCode: opt(exitCode),
    durationMs: duration,
    saved: opt(jsonObjectSchema),
  }),
  "step.failed": looseObject({
    step: string(),
    attempt: ordinal,
    error: string(),
    exitCode: opt(exitCode),
    signal: opt(string()),
    durationMs: opt(duration),
    retrying: opt(boolean()),
  }),
  "step.skipped": looseObject({ step: string(), reason: string(), tier: opt(count) }),
};
