import type { Actor, EventSource, Outcome, PresenceRecord, PresenceState, SessionId, TraceId } from "@agentlog/types";
import type { Heartbeat } from "./coordinator.js";
import type { EmitEvent, EventMethods } from "./event-methods.js";
import type { BeatOptions } from "./session-heartbeat.js";
import type { RegisterOptions } from "./register.js";
import type { EmitResult, SessionLog, SessionLogOptions, SessionStore } from "./session-log.js";

/** How a run ended. */
export type FinishOptions = {
  readonly outcome: Outcome;
  /** 0 to 255. */
  readonly exitCode?: number | undefined;
  /** The error's message. */
  readonly error?: string | undefined;
  /** What ended it, in the caller's own word. */
  readonly reason?: string | undefined;
};

/** Another writer of the same session that is not known to be gone. Both may write; neither can harm the other. */
export type OtherWriter = { readonly presence: PresenceRecord; readonly state: PresenceState };

/** Records one run of a session. */
export type SessionWriter = EventMethods &
  AsyncDisposable & {
    readonly store: SessionStore;
    readonly id: SessionId;
    /** 1 for the first run, one more with each resume. */
    readonly run: number;
    /** The same in all runs of the session. */
    readonly traceId: TraceId;
    /** The session's log, to read or follow it. The writer closes it. */
    readonly log: SessionLog;
    readonly otherWriter: OtherWriter | undefined;
    /** The heartbeat; undefined without one. */
    readonly coordinator: Heartbeat | undefined;
    /**
     * Appends an event of any type; session, run, actor, trace and source are filled in. Throws `CLOSED` after `finish`,
     * `USAGE` for the types that are the writer's own, and what the log's `append` throws.
     */
    emit<T extends string>(event: EmitEvent<T>): Promise<EmitResult>;
    /** The same, blocking this thread. What was emitted before goes first. */
    emitSync<T extends string>(event: EmitEvent<T>): EmitResult;
    /**
     * Ends the run: stops the heartbeat and waits for it, writes `session.ended`, removes the presence file and closes
     * the log. Called again it gives the same answer; when it failed, as by `LOCK_TIMEOUT`, it tries again.
     */
    finish(options: FinishOptions): Promise<EmitResult>;
    /** Leaving the scope without `finish` records a failure: from here an exception and a normal end look the same. */
    [Symbol.asyncDispose](): Promise<void>;
  };

/** What a new run and a resumed one have in common. */
export type WriterOptions = Pick<
  SessionLogOptions,
  "durability" | "lockTimeoutMs" | "onLockTimeout" | "redact" | "disk"
> &
  RegisterOptions & {
    readonly store: SessionStore;
    /** Beats go to the session's presence file. Default: every 10,000 ms. `false`: written once, no beats. */
    readonly heartbeat?: BeatOptions | false | undefined;
    /** Record an end when the program ends without `finish`. Default true. */
    readonly stampOnExit?: boolean | undefined;
    /** Who does what is emitted, unless an event says otherwise. Default: the agent, where one is given. */
    readonly actor?: Actor | undefined;
    /** Default `{ kind: "writer" }`. */
    readonly source?: EventSource | undefined;
  };
