import { join } from "node:path";
import { openSpool, type StoreLayout, storeLayout } from "@agentlog/durable-fs";
import { type EventLog, openEventLog, type StoredEvent } from "@agentlog/event-log";
import { deriveSessionId, type SessionId, type Sighting } from "@agentlog/types";
import { drainHooks, type DrainOptions, type DrainReport } from "../hooks/index.js";
import { temporaryFolder } from "./stores.js";

/** When the made-up hooks are called. */
export const START = Date.parse("2026-07-01T12:00:00.000Z");

/** A store in which hooks have captured something. */
export interface HookStore {
  readonly layout: StoreLayout;
  readonly open: (session: SessionId) => EventLog;
  /** Captures one call as the capture program does; `payload` is sent as JSON unless it is text or bytes. */
  capture(payload: unknown, call?: CaptureOptions): string;
  drain(options?: Partial<DrainOptions>): Promise<DrainReport>;
  events(native: string, agent?: string): Promise<readonly StoredEvent[]>;
  waiting(): number;
}

export interface CaptureOptions {
  readonly agent?: string;
  /** Milliseconds after `START`. */
  readonly at?: number;
  readonly process?: string;
  readonly session?: SessionId;
  /** Other fields of the entry. */
  readonly entry?: object;
}

export function hookStore(root: string = temporaryFolder()): HookStore {
  const layout = storeLayout(root);
  const open = (session: SessionId): EventLog =>
    openEventLog(layout.session(session).events, { oversize: "spill", blobDirectory: layout.session(session).blobs });
  return {
    layout,
    open,
    capture: (payload, options = {}) =>
      openSpool(layout.hookSpool, { durable: false }).put(Buffer.from(entryOf(payload, options))),
    drain: (options) => drainHooks({ layout, openSessionLog: open, now: () => new Date(START), ...options }),
    events: async (native, agent = "claude") => {
      const log = open(deriveSessionId(agent, native));
      try {
        return (await log.readAll()).events;
      } finally {
        await log.close();
      }
    },
    waiting: () => openSpool(layout.hookSpool).list().length,
  };
}

/** The text of a spool entry. */
export function entryOf(payload: unknown, options: CaptureOptions = {}): string {
  const { agent = "claude", at = 0, process = "1-1", session } = options;
  return JSON.stringify({
    v: 1,
    agent,
    received: new Date(START + at).toISOString(),
    pid: 2,
    ppid: 1,
    process,
    cwd: "/work",
    host: "host",
    env: session === undefined ? {} : { AGENTLOG_SESSION_ID: session },
    payload: typeof payload === "string" ? payload : JSON.stringify(payload),
    ...options.entry,
  });
}

/** A payload of Claude Code. */
export function claudePayload(event: string, fields: object = {}, session = "s1"): object {
  return {
    session_id: session,
    transcript_path: join("/nowhere", `${session}.jsonl`),
    cwd: "/work/repo",
    hook_event_name: event,
    ...fields,
  };
}

/** A registry that only remembers what it was told. */
export function listeningRegistry(): {
  readonly seen: (sightings: readonly Sighting[]) => Promise<readonly never[]>;
  readonly told: Sighting[];
} {
  const told: Sighting[] = [];
  return {
    told,
    seen: async (sightings) => {
      told.push(...sightings);
      return [];
    },
  };
}
