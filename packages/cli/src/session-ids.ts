import fs from "node:fs";
import { fromSafeSegment, type OpenedStore } from "@agentlog/durable-fs";
import { isSessionId, type SessionId } from "@agentlog/types";

/** The ids of all sessions that have a folder, in no order that means anything. */
export function sessionIds(store: OpenedStore): readonly SessionId[] {
  try {
    return fs
      .readdirSync(store.layout.sessionsDir)
      .map((name) => fromSafeSegment(name))
      .filter((id) => isSessionId(id));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw error;
  }
}
