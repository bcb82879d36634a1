import { nodeDisk } from "@agentlog/durable-fs";
import {
  type Actor,
  agentlogError,
  isAgentlogError,
  type NewEvent,
  type SessionEnded,
  type SessionId,
  type Sighting,
  type Trace,
} from "@agentlog/types";
import { createEventMethods, type EmitEvent, isWriterType } from "./event-methods.js";
import { onProgramEnd, type Stamp } from "./exit-stamp.js";
import { newPresenceOwner, removePresence } from "./presence-file.js";
import { keepRegistered, register } from "./register.js";
import { assertBeatOptions, startBeating } from "./session-heartbeat.js";
import { type EmitResult, openSessionLog, type SessionLog } from "./session-log.js";
import type { FinishOptions, OtherWriter, SessionWriter, WriterOptions } from "./writer.js";
import { createWriterLock } from "./writer-lock.js";

/** A session as it is before its run has begun. */
export type UnstartedWriter = {
  readonly log: SessionLog;
  /** Begins the run: appends its first event and starts the heartbeat. */
  start(run: RunStart): Promise<SessionWriter>;
};

export type RunStart = {
  readonly run: number;
  /** The run's own span. */
  readonly trace: Trace;
  readonly actor: Actor | undefined;
  readonly otherWriter: OtherWriter | undefined;
  /** What the registry is told of the session when the run begins. */
  readonly about: Omit<Sighting, "session" | "at">;
  /** Appends the run's first event, with what goes with every event of the run. */
  readonly open: (context: Pick<NewEvent, "session" | "run" | "trace" | "actor" | "source">) => Promise<EmitResult>;
};

/** No log ever has this as its last number: an append that expects it is refused, after what waited before it went. */
const NEVER = -2;

/** Opens a session for writing. Nothing is made before `start`. Throws `USAGE` for an interval no timer can keep. */
export function openWriter(id: SessionId, options: WriterOptions): UnstartedWriter {
  const { store, disk = nodeDisk } = options;
  assertBeatOptions(options.heartbeat);
  const layout = store.layout.session(id);
  const lock = createWriterLock(`${layout.events}.lock`, disk);
  const log = openSessionLog(store, id, { ...options, disk, lock });

  const start = async ({ run, trace, actor, otherWriter, about, open }: RunStart): Promise<SessionWriter> => {
    const source = options.source ?? { kind: "writer" };
    const context = { session: id, run, trace, source, ...(actor === undefined ? {} : { actor }) };
    const owner = newPresenceOwner();
    const startedAt = performance.now();
    const progress = { seq: -1, count: 0, time: new Date().toISOString() };
    const noted = (result: EmitResult): EmitResult => {
      if (result.status === "appended") progress.seq = Math.max(progress.seq, result.seq);
      progress.count++;
      progress.time = new Date().toISOString();
      return result;
    };
    noted(await open(context));
    progress.count = 0;
    await register(options, id, { ...about, run });
    const stopRegistering = keepRegistered(options, id, { agent: about.agent, run }, () => progress);

    let declared: SessionEnded | undefined;
    let handedOver = false;
    let ended: EmitResult | undefined;
    let finishing: Promise<EmitResult> | undefined;

    const toEvent = (event: EmitEvent): NewEvent => {
      if (declared !== undefined) {
        throw agentlogError("CLOSED", `run ${run} of ${id} is finished; resume the session to go on`, { what: id });
      }
      if (isWriterType(event.type)) {
        const hint = event.type === "session.ended" ? "call finish" : "use createSession or resumeSession";
        throw agentlogError("USAGE", `${event.type} is written by the writer itself: ${hint}`, { hint });
      }
      return { ...context, ...event, session: id, run, trace: within(trace, event.trace) };
    };
    const emit = async (event: EmitEvent): Promise<EmitResult> => noted(await log.append(toEvent(event)));

    const coordinator = startBeating(options.heartbeat, {
      path: layout.presence,
      disk,
      record: () => ({
        ...owner,
        run,
        seq: progress.seq,
        progress: progress.count,
        progressTime: progress.time,
        time: new Date().toISOString(),
      }),
      emit: async (data) => {
        await log.append({ ...context, type: "heartbeat.recorded", data });
      },
    });

    const endEvent = (data: SessionEnded): NewEvent => {
      const durationMs = Math.round(performance.now() - startedAt);
      return { ...context, type: "session.ended", data: { ...data, durationMs } };
    };
    const removeOwnPresence = (): void => {
      try {
        removePresence(layout.presence, owner.writer, disk);
      } catch {
        // Left behind it tells of a run that has its end, and is read so.
      }
    };

    /** The program ends: whatever is known goes to the log now, or never. */
    const forget = onProgramEndIf(options.stampOnExit ?? true, (end, lockWaitMs) => {
      coordinator?.stopNow();
      const data = declared ?? { ...end };
      declared = data;
      lock.limitSync(lockWaitMs);
      if (handedOver) flush(log, endEvent(data));
      else ended ??= log.appendSync(endEvent(data));
      removeOwnPresence();
    });

    const end = async (): Promise<EmitResult> => {
      stopRegistering();
      await coordinator?.stop();
      if (ended === undefined) {
        handedOver = true;
        try {
          ended = await log.append(endEvent(declared!));
        } finally {
          handedOver = false;
        }
      }
      forget();
      removeOwnPresence();
      await register(options, id, { agent: about.agent, run });
      await log.close();
      return ended;
    };

    const finish = (how: FinishOptions): Promise<EmitResult> => {
      declared ??= withoutUndefined(how);
      finishing ??= end().catch((error: unknown) => {
        finishing = undefined;
        throw error;
      });
      return finishing;
    };

    return {
      ...createEventMethods(emit),
      store,
      id,
      run,
      traceId: trace.traceId,
      log,
      otherWriter,
      coordinator,
      emit,
      emitSync: (event) => noted(log.appendSync(toEvent(event))),
      finish,
      [Symbol.asyncDispose]: async () => {
        await finish({ outcome: "failure", reason: "left without finish" });
      },
    };
  };

  return {
    log,
    start: async (run) => {
      try {
        return await start(run);
      } catch (error) {
        await log.close();
        throw error;
      }
    },
  };
}

function onProgramEndIf(wanted: boolean, stamp: Stamp): () => void {
  return wanted ? onProgramEnd(stamp) : () => {};
}

/** A span of its own lies within the run's span, unless it says in which other. */
function within(run: Trace, own: Partial<Trace> | undefined): Trace {
  if (own?.spanId === undefined) return { ...run, ...own };
  return { traceId: run.traceId, parentSpanId: run.spanId, ...own, spanId: own.spanId };
}

/** Has the log write what waits in it, now. */
function flush(log: SessionLog, event: NewEvent): void {
  try {
    log.appendSync(event, { expectedSeq: NEVER });
  } catch (error) {
    if (!isAgentlogError(error, "SEQ_CONFLICT")) throw error;
  }
}

function withoutUndefined(how: FinishOptions): SessionEnded {
  const given = Object.entries(how).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as unknown as SessionEnded;
}
