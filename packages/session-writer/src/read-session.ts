import type { Disk } from "@agentlog/durable-fs";
import type { ReadOptions, Stored } from "@agentlog/event-log";
import { agentlogError, type NewEvent, type SessionId } from "@agentlog/types";
import { openSessionLog, type SessionStore } from "./session-log.js";

/** An event of a session as it is read back. */
export type StoredSessionEvent = Stored<NewEvent>;

export type ReadSessionOptions = ReadOptions & {
  /** Default: Node's `fs`. */
  readonly disk?: Disk | undefined;
};

/**
 * The events of a session in order, streamed, without a lock; its writer need not be there. Throws `NOT_FOUND` for a
 * session without a log, `INVALID_ID`, `NOT_A_LOG`, `UNSAFE_PATH`, `IO_ERROR`, with `strict` `LOG_DAMAGED`.
 */
export async function* readSession(
  store: SessionStore,
  id: SessionId,
  options: ReadSessionOptions = {},
): AsyncGenerator<StoredSessionEvent> {
  const { disk, ...readOptions } = options;
  const log = openSessionLog(store, id, { disk });
  let some = false;
  for await (const event of log.read(readOptions)) {
    some = true;
    yield event;
  }
  if (!some && !log.stat().exists) {
    throw agentlogError("NOT_FOUND", `there is no session ${id}`, { what: "session", id });
  }
}
