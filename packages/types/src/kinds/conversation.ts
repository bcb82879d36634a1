import type { JsonValue } from "../json.js";
import type { BlobRef } from "../payload.js";
import type { ToolKind } from "../tool-kind.js";

/** Who speaks. `system`: neither the person nor the model, but the agent's own program. */
export type MessageRole = "user" | "assistant" | "system";

/**
 * Something was said. One type with a role, and not one type per speaker: a conversation is read with one filter, and
 * "user" is no past participle.
 */
export type MessageSent = {
  role: MessageRole;
  /** The whole text, or a preview when `textBlob` is there. */
  text: string;
  textBlob?: BlobRef;
  /** The model provider's id; several events may share one. */
  messageId?: string;
  requestId?: string;
  model?: string;
  /** Why the model stopped, in its provider's words. */
  stopReason?: string;
  /** True when no person typed it: injected by a hook, a command or the agent. */
  synthetic?: boolean;
};

/** What a model thought before it spoke. */
export type ReasoningRecorded = {
  /** Empty when the provider hides it. */
  text: string;
  textBlob?: BlobRef;
  messageId?: string;
  model?: string;
};

/** A choice between ways to go on. */
export type DecisionMade = {
  decision: string;
  reason?: string;
  alternatives?: readonly string[];
  /** 0 to 1. */
  confidence?: number;
};

/** A remark of a person or a program about the session. */
export type NoteAdded = {
  text: string;
  author?: string;
  tags?: readonly string[];
};

/** An agent asked whether it may do something. */
export type PermissionAsked = {
  /** What it asks for, such as a tool name or a rule `Bash(git push *)`. */
  permission: string;
  /** Ties the answer to the question. */
  permissionId?: string;
  callId?: string;
  kind?: ToolKind;
  input?: JsonValue;
};

/** The answer was yes. */
export type PermissionGranted = {
  permission: string;
  permissionId?: string;
  callId?: string;
  /** For how long. Absent: not known. */
  scope?: "once" | "session" | "always";
  /** Who answered: a person, a rule, a hook. */
  by?: string;
};

/** The answer was no. */
export type PermissionDenied = {
  permission: string;
  permissionId?: string;
  callId?: string;
  reason?: string;
  by?: string;
};
