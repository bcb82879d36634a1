import os from "node:os";
import {
  agentlogError,
  isAgentlogError,
  isEventOf,
  isTraceId,
  newSpanId,
  newTraceId,
  type SessionId,
  type SessionResumed,
  toSessionId,
  type TraceId,
} from "@agentlog/types";
import { seePresence } from "./presence.js";
import { openSessionLog, type SessionLog } from "./session-log.js";
import { openWriter, type RunStart } from "./session-writer.js";
import { readTail, type Tail } from "./tail.js";
import type { OtherWriter, SessionWriter, WriterOptions } from "./writer.js";

export type ResumeSessionOptions = WriterOptions & {
  readonly id: SessionId;
  /** The agent's kind. Default for the actor: the one the session was started with. */
  readonly agent?: string | undefined;
  readonly cwd?: string | undefined;
  readonly model?: string | undefined;
  readonly command?: readonly string[] | undefined;
  readonly details?: Pick<SessionResumed, "agentVersion" | "nativeSession" | "cause" | "branch" | "commit"> | undefined;
};

/** Where the newest opening of a run is not within so many events from the end, the highest run among them is taken. */
const TAIL_EVENTS = 65_536;
/**
 * So often may others append between our look at the tail and our append, until we append all the same: next to a writer
 * that never pauses a resume must be possible, and its number is still right unless two resumes meet at that moment.
 */
const ATTEMPTS = 50;

/**
 * Begins the next run of a session: writes `session.resumed` and starts the heartbeat. Of several resumes at one time each
 * gets a number of its own. When another writer is not known to be gone, `otherWriter` tells of it. Throws `NOT_FOUND` for a session without
 * events, `INVALID_ID`, `USAGE` for a wrong interval, and what an append throws.
 */
export async function resumeSession(options: ResumeSessionOptions): Promise<SessionWriter> {
  const { store } = options;
  const id = toSessionId(options.id);
  const otherWriter = findOther(seePresence(store, id, { disk: options.disk }));
  const first = await readFirst(openSessionLog(store, id, { disk: options.disk }), id);
  const agent = options.agent ?? first.agent;

  for (let attempt = 1; ; attempt++) {
    const { log, start } = openWriter(id, options);
    const expectedSeq = log.stat().lastSeq;
    const tail = await readTail(log, TAIL_EVENTS);
    const run: RunStart = {
      run: Math.max(tail.run, otherWriter?.presence.run ?? 0, 1) + 1,
      trace: { traceId: first.traceId ?? newTraceId(), spanId: newSpanId() },
      actor: options.actor ?? (agent === undefined ? undefined : { agent }),
      otherWriter,
      about: aboutResumed(options, agent),
      open: (context) =>
        log.append(
          { ...context, type: "session.resumed", data: toData(options, tail) },
          attempt > ATTEMPTS ? {} : { expectedSeq },
        ),
    };
    try {
      return await start(run);
    } catch (error) {
      if (!isAgentlogError(error, "SEQ_CONFLICT")) throw error;
    }
  }
}

function aboutResumed({ cwd, model, details }: ResumeSessionOptions, agent = "agentlog"): RunStart["about"] {
  return {
    agent,
    ...(cwd === undefined ? {} : { cwd }),
    ...(model === undefined ? {} : { model }),
    ...(details?.nativeSession === undefined ? {} : { native: details.nativeSession }),
  };
}

function toData(options: ResumeSessionOptions, tail: Tail): SessionResumed {
  const { details, agent, cwd, model, command } = options;
  const lastTime = Date.parse(tail.last?.time ?? "");
  return {
    ...details,
    ...(agent === undefined ? {} : { agent }),
    ...(model === undefined ? {} : { model }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(command === undefined ? {} : { command }),
    host: os.hostname(),
    ...(Number.isNaN(lastTime) ? {} : { idleMs: Math.max(0, Date.now() - lastTime) }),
  };
}

/** What the session's first event says about all its runs. */
async function readFirst(log: SessionLog, id: SessionId): Promise<{ agent?: string; traceId?: TraceId }> {
  for await (const event of log.read({ to: 0 })) {
    const traceId: unknown = event.trace?.traceId;
    const agent: unknown = isEventOf(event, "session.started") ? event.data.agent : undefined;
    return { ...(typeof agent === "string" ? { agent } : {}), ...(isTraceId(traceId) ? { traceId } : {}) };
  }
  if (log.stat().lastSeq >= 0) return {};
  throw agentlogError("NOT_FOUND", `there is no session ${id} to resume`, { what: "session", id });
}

function findOther({ record, open }: ReturnType<typeof seePresence>): OtherWriter | undefined {
  if (record === undefined || open === undefined || open === "crashed") return undefined;
  return { presence: record, state: open };
}
