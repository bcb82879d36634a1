import type * as agent from "./kinds/agent.js";
import type * as conversation from "./kinds/conversation.js";
import type * as effect from "./kinds/effect.js";
import type * as model from "./kinds/model.js";
import type * as session from "./kinds/session.js";
import type * as tool from "./kinds/tool.js";
import type * as workflow from "./kinds/workflow.js";

/**
 * The data of each kind of event, by its type. One naming rule: `<subject>.<past participle>` in lower case; a segment of
 * more than one word is joined by hyphens (`agent.handed-off`). "Output" is its own past participle.
 */
export interface SessionEventData {
  "session.started": session.SessionStarted;
  "session.resumed": session.SessionResumed;
  "session.titled": session.SessionTitled;
  "session.ended": session.SessionEnded;
  "tier.started": workflow.TierStarted;
  "tier.completed": workflow.TierCompleted;
  "step.started": workflow.StepStarted;
  "step.output": workflow.StepOutput;
  "step.completed": workflow.StepCompleted;
  "step.failed": workflow.StepFailed;
  "step.skipped": workflow.StepSkipped;
  "agent.started": agent.AgentStarted;
  "agent.spawned": agent.AgentSpawned;
  "agent.handed-off": agent.AgentHandedOff;
  "agent.collaborated": agent.AgentCollaborated;
  "agent.returned": agent.AgentReturned;
  "agent.completed": agent.AgentCompleted;
  "agent.failed": agent.AgentFailed;
  "tool.called": tool.ToolCalled;
  "tool.completed": tool.ToolCompleted;
  "tool.failed": tool.ToolFailed;
  "file.read": effect.FileRead;
  "file.written": effect.FileWritten;
  "file.deleted": effect.FileDeleted;
  "port.opened": effect.PortOpened;
  "network.connected": effect.NetworkConnected;
  "process.started": effect.ProcessStarted;
  "process.completed": effect.ProcessCompleted;
  "artifact.referenced": effect.ArtifactReferenced;
  "message.sent": conversation.MessageSent;
  "reasoning.recorded": conversation.ReasoningRecorded;
  "decision.made": conversation.DecisionMade;
  "note.added": conversation.NoteAdded;
  "permission.asked": conversation.PermissionAsked;
  "permission.granted": conversation.PermissionGranted;
  "permission.denied": conversation.PermissionDenied;
  "usage.recorded": model.UsageRecorded;
  "context.compacted": model.ContextCompacted;
  "model.switched": model.ModelSwitched;
  "heartbeat.recorded": model.HeartbeatRecorded;
}

/** The type of an event this version knows. */
export type SessionEventType = keyof SessionEventData;

/** All types this version knows, in the order of `SessionEventData`. */
export const EVENT_TYPES = [
  "session.started",
  "session.resumed",
  "session.titled",
  "session.ended",
  "tier.started",
  "tier.completed",
  "step.started",
  "step.output",
  "step.completed",
  "step.failed",
  "step.skipped",
  "agent.started",
  "agent.spawned",
  "agent.handed-off",
  "agent.collaborated",
  "agent.returned",
  "agent.completed",
  "agent.failed",
  "tool.called",
  "tool.completed",
  "tool.failed",
  "file.read",
  "file.written",
  "file.deleted",
  "port.opened",
  "network.connected",
  "process.started",
  "process.completed",
  "artifact.referenced",
  "message.sent",
  "reasoning.recorded",
  "decision.made",
  "note.added",
  "permission.asked",
  "permission.granted",
  "permission.denied",
  "usage.recorded",
  "context.compacted",
  "model.switched",
  "heartbeat.recorded",
] as const satisfies readonly SessionEventType[];

const KNOWN: ReadonlySet<string> = new Set(EVENT_TYPES);

/** True for a type this version knows. Others are no mistake: a newer writer may know more. */
export function isKnownEventType(type: string): type is SessionEventType {
  return KNOWN.has(type);
}
