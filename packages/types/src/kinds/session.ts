import type { NativeSessionId, SessionId } from "../ids.js";

// Types here are aliases and not interfaces: only an alias is assignable to `JsonObject`.

/** How a session, a run or a tier went. `aborted`: stopped from outside, by a person or a signal. */
export type Outcome = "success" | "failure" | "aborted";

/** The first run of a session begins. All fields are optional, because an import may know none of them. */
export type SessionStarted = {
  /** The agent's name, such as `claude`, `codex`, or the workflow runner's. */
  agent?: string;
  agentVersion?: string;
  /** The agent's own id for the session. */
  nativeSession?: NativeSessionId;
  /** Why there is a new session: `startup`, `fork`, `clear`, `compact`, `sub-agent` or the agent's own word. */
  cause?: string;
  /** The session this one came from. */
  parent?: SessionId;
  title?: string;
  /** Free words of the one who started it. */
  tags?: { readonly [name: string]: string };
  model?: string;
  /** Working directory, absolute. */
  cwd?: string;
  /** The program and its arguments, one string each, no shell quoting. */
  command?: readonly string[];
  host?: string;
  /** Git branch and commit hash at the start. */
  branch?: string;
  commit?: string;
};

/** A later run of the same session begins; the envelope's `run` says which. */
export type SessionResumed = {
  agent?: string;
  agentVersion?: string;
  nativeSession?: NativeSessionId;
  cause?: string;
  model?: string;
  cwd?: string;
  command?: readonly string[];
  host?: string;
  branch?: string;
  commit?: string;
  /** Milliseconds since the last event of the run before. */
  idleMs?: number;
};

/** The session got a title; the latest one counts. */
export type SessionTitled = {
  title: string;
  /** Who gave it: a person, or the agent by itself. Absent: not known. */
  by?: "person" | "agent";
};

/** One run is over. A session may be resumed after it. */
export type SessionEnded = {
  outcome: Outcome;
  /** Milliseconds from the start of the run. */
  durationMs?: number;
  /** What ended it: `exit`, `signal`, `error`, `crash`, `logout` or the agent's own word. */
  reason?: string;
  /** 0 to 255. */
  exitCode?: number;
  /** Such as `SIGTERM`. */
  signal?: string;
  /** The error's message. */
  error?: string;
  /** True when somebody else recorded this end afterwards, because the session itself could not. */
  inferred?: true;
};
