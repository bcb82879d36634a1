export { createHeartbeat, type Heartbeat, type HeartbeatOptions } from "./coordinator.js";
export { createSession, type CreateSessionOptions, type StartDetails } from "./create-session.js";
export {
  parentFromEnvironment,
  sessionEnvironment,
  type EnvironmentParent,
  type SessionEnvironment,
} from "./environment.js";
export {
  type EmitContext,
  type EmitEvent,
  type EventMethod,
  type EventMethods,
  type MethodType,
} from "./event-methods.js";
export { findSession, sessionIds } from "./find-session.js";
export {
  listSessions,
  summarizeSession,
  type ListSessionsOptions,
  type SessionList,
  type SessionSummary,
} from "./list-sessions.js";
export { readPresence, type Presence, type ReadPresenceOptions } from "./presence.js";
export { readSession, type ReadSessionOptions, type StoredSessionEvent } from "./read-session.js";
export { type RegisterOptions, type SightingSink } from "./register.js";
export { recordCrashes, type RecordCrashesOptions, type RecordedCrashes } from "./record-crashes.js";
export { resumeSession, type ResumeSessionOptions } from "./resume-session.js";
export { type SessionHead } from "./session-head.js";
export { type BeatOptions } from "./session-heartbeat.js";
export {
  openSessionLog,
  type EmitResult,
  type SessionLog,
  type SessionLogOptions,
  type SessionStore,
} from "./session-log.js";
export { type FinishOptions, type OtherWriter, type SessionWriter, type WriterOptions } from "./writer.js";
