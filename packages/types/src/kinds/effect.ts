// What happened to the machine around an agent. `callId` names the tool call that did it, where it is known.

/** A file was read, whole or in part. */
export type FileRead = {
  path: string;
  callId?: string;
  /** First line read, 1-based, and how many; absent when the whole file was read. */
  startLine?: number;
  lines?: number;
  bytes?: number;
};

/** A file was made or changed. */
export type FileWritten = {
  path: string;
  callId?: string;
  change?: "created" | "modified";
  /** Size afterwards. */
  bytes?: number;
  addedLines?: number;
  removedLines?: number;
  /** Hash of the content afterwards, lower-case hex. */
  sha256?: string;
};

/** A file was removed. */
export type FileDeleted = {
  path: string;
  callId?: string;
};

/** A process listens on a port. */
export type PortOpened = {
  /** 1 to 65,535. */
  port: number;
  /** `tcp` unless said otherwise. */
  protocol?: "tcp" | "udp";
  address?: string;
  pid?: number;
  callId?: string;
};

/** A connection was made to another host. */
export type NetworkConnected = {
  host: string;
  port?: number;
  /** Such as `https`. */
  protocol?: string;
  callId?: string;
};

/** A process began. */
export type ProcessStarted = {
  /** The program and its arguments, one string each, no shell quoting. */
  command: readonly string[];
  pid?: number;
  cwd?: string;
  callId?: string;
};

/** A process is over, well or not. */
export type ProcessCompleted = {
  pid?: number;
  command?: readonly string[];
  /** 0 to 255; absent when a signal ended it. */
  exitCode?: number;
  signal?: string;
  durationMs?: number;
  callId?: string;
};

/** A file or a resource that belongs to the session's results. It has a `path` or a `uri`, or both. */
export type ArtifactReferenced = {
  path?: string;
  uri?: string;
  title?: string;
  sha256?: string;
  /** Such as `text/html`. */
  mediaType?: string;
  bytes?: number;
};
