import { type EventId, type NativeSessionId, type Sighting } from "@agentlog/types";
import { type ImportedEvent } from "../source.js";
import { type HookCall } from "./captured.js";

/** An event that a hook tells, and the other ids under which the log may have it. */
export interface HookEvent {
  readonly event: ImportedEvent;
  readonly sameAs: readonly EventId[];
}

/** What one call of a hook says. */
export interface MappedHook {
  readonly native: NativeSessionId;
  /** Whether it proves that there is a session with this id. Some hooks tell of an id that no session ever gets. */
  readonly confirms: boolean;
  /** The file the agent says it writes to: one that exists proves it as well. */
  readonly transcript: string | undefined;
  readonly events: readonly HookEvent[];
  readonly sighting: Sighting;
}

/** Reads one agent's payloads. Undefined for one that names no session. */
export type HookMapper = (call: HookCall) => MappedHook | undefined;
