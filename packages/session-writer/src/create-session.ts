import os from "node:os";
import {
  newSessionId,
  newSpanId,
  newTraceId,
  type SessionId,
  type SessionStarted,
  type SpanId,
  type TraceId,
  toSessionId,
} from "@agentlog/types";
import { openWriter, type RunStart } from "./session-writer.js";
import type { SessionWriter, WriterOptions } from "./writer.js";

/** Further fields of `session.started`, for who knows them. */
export type StartDetails = Pick<SessionStarted, "agentVersion" | "nativeSession" | "cause" | "branch" | "commit">;

export type CreateSessionOptions = WriterOptions & {
  /** What people call it; `title` in the log. */
  readonly name?: string | undefined;
  /** The agent's kind, such as `claude`. */
  readonly agent?: string | undefined;
  readonly tags?: { readonly [name: string]: string } | undefined;
  /** Absolute. Not recorded by itself: a writer need not run where its session works. */
  readonly cwd?: string | undefined;
  readonly model?: string | undefined;
  /** The program and its arguments. */
  readonly command?: readonly string[] | undefined;
  /** The session this one came from. */
  readonly parent?: SessionId | undefined;
  /** The trace to be part of. Default: a new one. */
  readonly trace?: { readonly traceId: TraceId; readonly parentSpanId?: SpanId | undefined } | undefined;
  /** Default: a new one. */
  readonly id?: SessionId | undefined;
  readonly details?: StartDetails | undefined;
};

/**
 * Begins a new session: makes its folder and log, writes `session.started` and starts the heartbeat. Throws
 * `SEQ_CONFLICT` when the id has a log already, `INVALID_ID`, `USAGE` for a wrong interval, and what an append throws.
 */
export async function createSession(options: CreateSessionOptions): Promise<SessionWriter> {
  const { name, agent, tags, cwd, model, command, parent, details } = options;
  const id = options.id === undefined ? newSessionId() : toSessionId(options.id);
  const data: SessionStarted = {
    ...details,
    ...(agent === undefined ? {} : { agent }),
    ...(name === undefined ? {} : { title: name }),
    ...(parent === undefined ? {} : { parent: toSessionId(parent) }),
    ...(tags === undefined ? {} : { tags }),
    ...(model === undefined ? {} : { model }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(command === undefined ? {} : { command }),
    host: os.hostname(),
  };
  const { log, start } = openWriter(id, options);
  const { traceId = newTraceId(), parentSpanId } = options.trace ?? {};
  return start({
    run: 1,
    trace: { traceId, spanId: newSpanId(), ...(parentSpanId === undefined ? {} : { parentSpanId }) },
    actor: options.actor ?? (agent === undefined ? undefined : { agent }),
    otherWriter: undefined,
    about: aboutNew(options),
    // A minted id is nobody else's, so its start may wait in the spool; a given one must not be anybody's.
    open: (context) =>
      log.append({ ...context, type: "session.started", data }, options.id === undefined ? {} : { expectedSeq: -1 }),
  });
}

function aboutNew({
  agent = "agentlog",
  name,
  cwd,
  model,
  parent,
  details = {},
}: CreateSessionOptions): RunStart["about"] {
  const { nativeSession, branch, commit } = details;
  return {
    agent,
    created: new Date().toISOString(),
    ...(name === undefined ? {} : { title: name }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(model === undefined ? {} : { model }),
    ...(parent === undefined ? {} : { parent }),
    ...(nativeSession === undefined ? {} : { native: nativeSession }),
    ...(branch === undefined ? {} : { branchAtStart: branch }),
    ...(commit === undefined ? {} : { headAtStart: commit }),
  };
}
