import {
  type EventContext,
  type EventId,
  type JsonObject,
  type NativeSessionId,
  type SessionId,
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

/** A transcript to read. */
export interface FoundFile {
  /** Absolute. */
  readonly path: string;
  readonly bytes: number;
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
      /** May be none: a state that was written again without a change. */
      readonly events: readonly ImportedEvent[];
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
