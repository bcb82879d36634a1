import type { JsonValue } from "../json.js";
import type { BlobRef } from "../payload.js";
import type { ToolKind } from "../tool-kind.js";

// Payloads have two fields: `input` (or `output`) is whole, or a preview when `inputBlob` is there too. A reference inside
// `input` itself could not be told from a tool whose input looks like one.

/** An agent called a tool. */
export type ToolCalled = {
  /** Ties the call to its result; unique within the session. */
  callId: string;
  /** The agent's own name for the tool. */
  name: string;
  kind: ToolKind;
  input?: JsonValue;
  inputBlob?: BlobRef;
};

/** A tool gave its result. Name and kind may be missing where the call itself was never seen. */
export type ToolCompleted = {
  callId: string;
  name?: string;
  kind?: ToolKind;
  output?: JsonValue;
  outputBlob?: BlobRef;
  durationMs?: number;
  exitCode?: number;
};

/** A tool failed, or its call was stopped. */
export type ToolFailed = {
  callId: string;
  name?: string;
  kind?: ToolKind;
  error: string;
  output?: JsonValue;
  outputBlob?: BlobRef;
  durationMs?: number;
  exitCode?: number;
  /** True when a person stopped it. */
  interrupted?: boolean;
};
