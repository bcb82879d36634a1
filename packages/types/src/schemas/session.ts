import { exactOptional as opt, int, looseObject, string, type infer as Infer } from "zod";
import { keep } from "./keep.js";
import { count, duration, ordinal, timeSchema } from "./scalars.js";

const record = looseObject({
  pid: ordinal,
  startTime: opt(string()),
  bootId: opt(string()),
  pidNamespace: opt(string()),
  host: string(),
  run: ordinal,
  seq: int().min(-1),
  progress: count,
  progressTime: opt(timeSchema),
  time: timeSchema,
  intervalMs: duration,
  writer: string(),
});

/** The content of `presence.json`. */
export const presenceRecordSchema = keep<Infer<typeof record>>(() => [record]);
