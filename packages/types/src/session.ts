/** What the presence of a session can be. */
export const PRESENCE_STATES = ["live", "stalled", "stale", "crashed", "ended", "unknown-host"] as const;

/**
 * How a session stands; worked out from its presence record and its log, never stored.
 *
 * - `live`: its writer beats and makes progress
 * - `stalled`: it beats, but emits nothing
 * - `stale`: it no longer beats, and nobody can say that it is gone
 * - `crashed`: its writer is provably gone, and the run has no end
 * - `ended`: the run has its end
 * - `unknown-host`: its writer is on another host, boot or pid namespace, where no process can be looked up
 */
export type PresenceState = (typeof PRESENCE_STATES)[number];

/** The content of `presence.json`: who writes a session now, and its last heartbeat. Replaced whole with each beat. */
export type PresenceRecord = {
  pid: number;
  /** Start of the process as the system tells it, compared only for equality; absent where it cannot be known. */
  startTime?: string;
  /** Id of the host's current boot; absent where there is none. */
  bootId?: string;
  /** Id of the process namespace; absent where there is none. */
  pidNamespace?: string;
  host: string;
  /** Run of the session, 1 for the first. */
  run: number;
  /** Sequence number of the last event, -1 before the first. */
  seq: number;
  /** Grows with each emitted event. The same number in two beats: alive, but no progress. */
  progress: number;
  /** When `progress` last grew, in the form of `time`; the start of the run before it first did. */
  progressTime?: string;
  /** When it beat: RFC 3339 in UTC with milliseconds. */
  time: string;
  /** Milliseconds until the next beat is due. */
  intervalMs: number;
  /** Short id of the writer. */
  writer: string;
};
