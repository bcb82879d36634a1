import type { SessionId } from "../ids.js";

// `agent` is an agent's name or instance id, unique within its session, the same in all events about it.

/** An agent begins to work. */
export type AgentStarted = {
  agent: string;
  role?: string;
  model?: string;
};

/** An agent made another one. */
export type AgentSpawned = {
  /** The new agent. */
  agent: string;
  /** The agent that made it; absent for the session's main agent. */
  parent?: string;
  role?: string;
  model?: string;
  /** The beginning of its task. */
  prompt?: string;
  /** The tool call that made it. */
  callId?: string;
  /** The new agent's session, when it has its own. */
  session?: SessionId;
  /** True when its maker does not wait for it. */
  background?: boolean;
};

/** An agent gave its work to another one and is done with it. */
export type AgentHandedOff = {
  from: string;
  to: string;
  reason?: string;
  /** The beginning of what it handed over. */
  summary?: string;
};

/** An agent worked on something together with others. */
export type AgentCollaborated = {
  agent: string;
  with: readonly string[];
  topic?: string;
};

/** An agent gave its result back to who made it. */
export type AgentReturned = {
  agent: string;
  /** Who got the result. */
  to?: string;
  /** The beginning of the result. */
  summary?: string;
  callId?: string;
};

/** An agent reached its goal. */
export type AgentCompleted = {
  agent: string;
  summary?: string;
  durationMs?: number;
};

/** An agent gave up or broke. */
export type AgentFailed = {
  agent: string;
  error: string;
  durationMs?: number;
};
