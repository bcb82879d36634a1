export type { JsonObject, JsonValue } from "./json.js";
export {
  CONTINUATION_KINDS,
  FORMATIONS,
  LOOP_STATUSES,
  SESSION_SCOPES,
  type ContinuationKind,
  type Formation,
  type LogPlace,
  type LoopEnded,
  type LoopMessage,
  type LoopRecord,
  type LoopStarted,
  type LoopStatus,
  type LoopUsage,
  type SessionDocument,
  type SessionScope,
  type SpawnRef,
} from "./document.js";
export {
  ERROR_CODES,
  agentlogError,
  errorFamily,
  isAgentlogError,
  toIoError,
  type AgentlogError,
  type AgentlogErrorBase,
  type ErrorCode,
  type ErrorFamily,
  type ErrorFields,
} from "./errors.js";
export {
  deriveEventId,
  deriveSessionId,
  isEventId,
  isSessionId,
  isSpanId,
  isTraceId,
  newEventId,
  newSessionId,
  newSpanId,
  newTraceId,
  toNativeSessionId,
  toSessionId,
  type Branded,
  type EventId,
  type NativeSessionId,
  type SessionId,
  type SpanId,
  type TraceId,
} from "./ids.js";
export {
  isEventOf,
  type Actor,
  type EventContext,
  type EventData,
  type EventEnvelope,
  type EventSource,
  type LogFields,
  type NewEvent,
  type SessionEvent,
  type SessionEventOf,
  type Trace,
  type UnknownSessionEvent,
} from "./event.js";
export { EVENT_TYPES, isKnownEventType, type SessionEventData, type SessionEventType } from "./kinds.js";
export type {
  AgentCollaborated,
  AgentCompleted,
  AgentFailed,
  AgentHandedOff,
  AgentReturned,
  AgentSpawned,
  AgentStarted,
} from "./kinds/agent.js";
export type {
  DecisionMade,
  MessageRole,
  MessageSent,
  NoteAdded,
  PermissionAsked,
  PermissionDenied,
  PermissionGranted,
  ReasoningRecorded,
} from "./kinds/conversation.js";
export type {
  ArtifactReferenced,
  FileDeleted,
  FileRead,
  FileWritten,
  NetworkConnected,
  PortOpened,
  ProcessCompleted,
  ProcessStarted,
} from "./kinds/effect.js";
export type { ContextCompacted, HeartbeatRecorded, ModelSwitched, UsageRecorded } from "./kinds/model.js";
export type { Outcome, SessionEnded, SessionResumed, SessionStarted, SessionTitled } from "./kinds/session.js";
export type { ToolCalled, ToolCompleted, ToolFailed } from "./kinds/tool.js";
export type {
  StepCompleted,
  StepFailed,
  StepOutput,
  StepSkipped,
  StepStarted,
  TierCompleted,
  TierStarted,
} from "./kinds/workflow.js";
export { isBlobRef, type BlobRef } from "./payload.js";
export { PRESENCE_STATES, type PresenceRecord, type PresenceState } from "./session.js";
export type {
  EdgeKind,
  GitFacts,
  HookFacts,
  NativeLink,
  Sighting,
  SightedSubAgent,
  SightedTitle,
  TranscriptFacts,
} from "./sighting.js";
export { TOOL_KINDS, toToolKind, type ToolKind } from "./tool-kind.js";
