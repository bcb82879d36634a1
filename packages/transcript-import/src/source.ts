import {
  type EventContext,
  type EventId,
  type JsonObject,
  type NativeLink,
  type NativeSessionId,
  type SessionId,
  type SightedSubAgent,
} from "@agentlog/types";
import { type SkippedPath } from "./files/search.js";

/** An event as a source makes it: its id comes from the record, so that the same record always makes the same event. */
export type ImportedEvent = EventContext & {
  id: EventId;
  time: string;
  type: string;
  data: JsonObject;
  session: SessionId;
};

/**
 * What a record says about its session and where it stands in it, beside the events made from it. Each only where the record
 * says so; raw, of any content and length.
 */
export interface RecordFacts {
  /** When it happened, RFC 3339 in UTC with milliseconds. */
  readonly time?: string;
  /** The conversation record's own id: the one that a fork of the session keeps. Not for records of sub-agents. */
  readonly uuid?: string;
  /** The conversation record before it. */
  readonly parentUuid?: string;
  /** A copy of the conversation may begin with it: a compaction, and the record behind it. The first one counts as one anyway. */
  readonly isHead?: boolean;
  /** The session this one came from, as the agent itself says. The last one counts: a copy of a copy names both. */
  readonly link?: NativeLink;
  readonly cwd?: string;
  readonly branch?: string;
  readonly commit?: string;
  readonly model?: string;
  /** Text that a person typed: not injected, not a command, not a sub-agent's task. */
  readonly prompt?: string;
  /** A title; `of` names the record it belongs to, when that may be in another session. */
  readonly title?: { readonly text: string; readonly by?: "person" | "agent"; readonly of?: string };
  readonly subAgent?: SightedSubAgent;
}

/** A transcript to read. */
export interface FoundFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
  /** It is a container of many sessions, such as a database; else a file holds one, and more are worth a remark. */
  readonly holds?: "many-sessions";
}

/** What there is to read. A session's own file comes before the files of its sub-agents. */
export interface Discovery {
  readonly files: readonly FoundFile[];
  readonly skipped: readonly SkippedPath[];
}

export interface DiscoverOptions {
  /** Files, and folders to search; default: where the agent keeps its transcripts. */
  readonly paths?: readonly string[] | undefined;
  /** The environment variables that say where that is. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** One step of reading a transcript. `end` is the byte offset read so far. */
export type ReadStep = { readonly line: number; readonly offset: number; readonly end: number } & (
  | {
      readonly kind: "record";
      readonly nativeSession: NativeSessionId;
      readonly session: SessionId;
      /** May be none: a state that was written again without a change, or history copied from another session. */
      readonly events: readonly ImportedEvent[];
      /** By an event's id: the ids under which a hook may have put the same into the log before. */
      readonly alsoKnownAs?: ReadonlyMap<EventId, readonly EventId[]>;
      readonly facts?: RecordFacts;
    }
  | { readonly kind: "bad"; readonly reason: string }
  /** The last line has no end yet: a later import reads it. */
  | { readonly kind: "unfinished" }
  /** Nothing in the file is this agent's. */
  | { readonly kind: "foreign" }
);

/** One agent's transcripts: the port behind which everything that is special about an agent is. */
export interface TranscriptSource {
  /** The agent's name in events, such as `claude`. */
  readonly agent: string;
  discover(options: DiscoverOptions): Promise<Discovery>;
  /** Reads one file, streamed. Pure but for reading it: the same bytes give the same steps. Rejects when it is unreadable. */
  read(file: FoundFile, options?: { readonly signal?: AbortSignal | undefined }): AsyncIterable<ReadStep>;
}
