import { type JsonValue, type ToolKind } from "@agentlog/types";
import { createUsage, type Usage } from "./map/usage.js";

/** A tool call whose result has not come yet. */
export interface OpenCall {
  readonly name: string;
  readonly kind: ToolKind;
  readonly input: JsonValue | undefined;
}

/** What is known of a session when a record is read: all of it comes from the records before. */
export interface SessionState {
  /** 1, and one more with each resume. */
  run: number;
  /** When the run began. */
  runStarted: string | undefined;
  latest: string | undefined;
  /** The model that answers now. */
  model: string | undefined;
  readonly calls: Map<string, OpenCall>;
  /** All calls that were told, open or not. */
  readonly opened: Set<string>;
  readonly usage: Usage;
  /** Questions that wait for their answer: what was asked for, by the question's id. */
  readonly asked: Map<string, string>;
  /** What the model thought last, which the answer behind it may repeat. */
  thought: string | undefined;
}

export function createSessionState(): SessionState {
  return {
    run: 1,
    runStarted: undefined,
    latest: undefined,
    model: undefined,
    calls: new Map(),
    opened: new Set(),
    usage: createUsage(),
    asked: new Map(),
    thought: undefined,
  };
}
