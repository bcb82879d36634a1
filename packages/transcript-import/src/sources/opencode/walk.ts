import { deriveSessionId } from "@agentlog/types";
import { objectField, textField } from "../../records/fields.js";
import { type ImportedEvent, type RecordFacts } from "../../source.js";
import { AGENT, type SessionContext } from "./event.js";
import { isClosed } from "./map/progress.js";
import { factsOf, linkOf, mapStart, mapStates } from "./map/session.js";
import { type StoredSession, type StoredState } from "./stored.js";
import { msIn } from "./time.js";
import { walkMessage } from "./walk-message.js";

/** One step through a session, in bytes of what was read for it. */
export type SessionStep =
  | {
      readonly kind: "record";
      readonly bytes: number;
      readonly events: readonly ImportedEvent[];
      readonly facts?: RecordFacts;
    }
  | { readonly kind: "bad"; readonly bytes: number; readonly reason: string }
  /** From here on it may still change. */
  | { readonly kind: "unfinished"; readonly bytes: 0 };

export interface WalkOptions {
  /** The file it is read from. */
  readonly path: string;
  /** For a session that says no time: milliseconds. */
  readonly fallbackMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * A session's events in OpenCode's order. OpenCode changes what it has stored, a log is only appended to; so a session is
 * told up to its first message that is not over, and that message up to its first part that is not over: a tool that
 * runs has its call told, a text that grows waits. What was told never changes, and a later walk tells the same again and
 * goes on from there. So the log has the same events in the same order, however often the session was imported while it
 * grew.
 *
 * A message is over when OpenCode says so (`time.completed`, or an error), when another answer follows, or when nothing
 * of it is younger than an hour: OpenCode was killed. What came last (title, list of tasks) stands at the end.
 */
export async function* walkSession(
  stored: StoredSession,
  { path, fallbackMs, signal }: WalkOptions,
): AsyncGenerator<SessionStep> {
  const { head, native } = stored;
  const context: SessionContext = {
    native,
    session: deriveSessionId(AGENT, native),
    path,
    cwd: textField(head, "directory"),
    isSubAgent: linkOf(head)?.kind === "sub-agent",
  };
  const now = Date.now();
  const startMs = msIn(objectField(head, "time"), "created") ?? fallbackMs;
  const start = mapStart(context, head, startMs);
  yield { kind: "record", bytes: stored.bytes, events: [start], facts: factsOf(context, head, startMs) };

  const messages = await stored.messages();
  const lastAnswer = await findLastAnswer(messages);
  let latestMs = startMs;
  for (const [index, load] of messages.entries()) {
    signal?.throwIfAborted();
    const loaded = await load();
    if (loaded === undefined) continue;
    const isLast = index >= lastAnswer;
    if (loaded.kind === "bad") {
      if (isLast && loaded.fresh) {
        yield { kind: "unfinished", bytes: 0 };
        break;
      }
      yield loaded;
      continue;
    }
    const { value, bytes } = loaded;
    const isOver = !isLast || isClosed(value.message);
    const outcome = yield* walkMessage({
      context,
      stored: value,
      bytes,
      isLast,
      isOver,
      beforeMs: latestMs,
      now,
      signal,
    });
    latestMs = outcome.latestMs;
    if (outcome.stop) break;
  }

  const states: StoredState[] = [];
  let bytes = 0;
  for (const state of await stored.states()) {
    bytes += state.bytes;
    if (state.kind === "ok") states.push(state.value);
    else if (!state.fresh) yield state;
  }
  const events = mapStates(context, head, states, latestMs);
  if (events.length > 0) yield { kind: "record", bytes, events };
}

/** Answers before this one are over, whatever they say: OpenCode was killed, and went on later. */
async function findLastAnswer(messages: Awaited<ReturnType<StoredSession["messages"]>>): Promise<number> {
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const loaded = await messages[index]!();
    if (loaded?.kind === "ok" && loaded.value.message["role"] === "assistant") return index;
  }
  return -1;
}
