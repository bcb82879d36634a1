import { defined, objectField, textField } from "../../records/fields.js";
import { SETTLED_MS } from "../../records/time.js";
import { type ImportedEvent, type RecordFacts } from "../../source.js";
import { type SessionContext } from "./event.js";
import { mapEnd } from "./map/end.js";
import { createMessageContext, isTyped, type MessageContext } from "./map/message-context.js";
import { isSynthetic, mapPart } from "./map/part.js";
import { progressOf, startOf } from "./map/progress.js";
import { createUsage } from "./map/usage.js";
import { createWrittenFiles } from "./map/written-files.js";
import { type StoredMessage, type StoredPart } from "./stored.js";
import { toTime } from "./time.js";
import { type SessionStep } from "./walk.js";

export interface MessageWalk {
  readonly context: SessionContext;
  readonly stored: StoredMessage;
  /** Of the message itself, without its parts. */
  readonly bytes: number;
  /** No answer follows it. */
  readonly isLast: boolean;
  /** Nothing of it changes any more. */
  readonly isOver: boolean;
  /** When what stands before it happened, in milliseconds. */
  readonly beforeMs: number;
  readonly now: number;
  readonly signal: AbortSignal | undefined;
}

/** One message's steps; `stop` when what follows has to wait for it. */
export async function* walkMessage(
  walk: MessageWalk,
): AsyncGenerator<SessionStep, { readonly stop: boolean; readonly latestMs: number }> {
  const { stored, isLast, isOver, now, signal } = walk;
  const context = createMessageContext(walk.context, stored.id, stored.message, walk.beforeMs);
  // A copy that a fork made: the log of the session it forked from has it.
  if (stored.copied) {
    yield { kind: "record", bytes: walk.bytes, events: [] };
    return { stop: false, latestMs: context.latestMs };
  }
  const cwd = textField(objectField(stored.message, "path"), "cwd") ?? walk.context.cwd;
  const written = createWrittenFiles(cwd);
  const usage = createUsage();
  const isQuiet = (ms: number): boolean => now - ms > SETTLED_MS;
  let runs = false;
  yield { kind: "record", bytes: walk.bytes, events: [], facts: factsOf(context, cwd) };

  for await (const loaded of stored.parts()) {
    signal?.throwIfAborted();
    if (loaded.kind === "bad") {
      if (loaded.fresh && isLast) return yield* wait(context);
      yield loaded;
      continue;
    }
    const { value, bytes } = loaded;
    const { id, part } = value;
    const progress = isOver ? "done" : progressOf(part);
    const waits = progress !== "done" && !isQuiet(startOf(part) ?? context.latestMs);
    if (waits && progress === "growing") return yield* wait(context);
    runs ||= progress === "calling";
    if (part["type"] === "step-finish") usage.step(part);
    const events = mapPart(context, id, part, progress === "growing" ? "done" : progress, written);
    yield withPrompt(context, value, bytes, events);
    if (waits) return yield* wait(context);
  }

  // A tool that has run for more than an hour may still end, and what the message used is known only then.
  const isQuietNow = isQuiet(context.latestMs);
  if (!isOver && !isQuietNow) return yield* wait(context);
  const events = isOver || !runs ? mapEnd(context, usage) : [];
  if (events.length > 0) yield { kind: "record", bytes: 0, events };
  return { stop: false, latestMs: context.latestMs };
}

function* wait(context: MessageContext): Generator<SessionStep, { readonly stop: boolean; readonly latestMs: number }> {
  yield { kind: "unfinished", bytes: 0 };
  return { stop: true, latestMs: context.latestMs };
}

function factsOf(context: MessageContext, cwd: string | undefined): RecordFacts {
  const time = toTime(context.latestMs);
  return defined<RecordFacts>({ time, cwd, model: context.role === "assistant" ? context.model : undefined });
}

function withPrompt(
  context: MessageContext,
  { part }: StoredPart,
  bytes: number,
  events: readonly ImportedEvent[],
): SessionStep {
  const text = part["type"] === "text" ? textField(part, "text") : undefined;
  const prompt = text !== undefined && isTyped(context) && !isSynthetic(context, part) ? text : undefined;
  const time = events.at(-1)?.time;
  return { kind: "record", bytes, events, facts: defined<RecordFacts>({ time, prompt }) };
}
