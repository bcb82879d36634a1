import { type Disk, errnoOf, fromSafeSegment, nodeDisk } from "@agentlog/durable-fs";
import { agentlogError, isSessionId, type SessionId, toIoError } from "@agentlog/types";
import type { SessionStore } from "./session-log.js";

const PREFIX = "sess_";
const MOST_MATCHES = 10;

/** The ids of all sessions that have a folder, in the order they were made for minted ids. Throws `IO_ERROR`. */
export function sessionIds(store: SessionStore, disk: Disk = nodeDisk): SessionId[] {
  const { sessionsDir } = store.layout;
  try {
    return disk
      .readdirSync(sessionsDir)
      .map((name) => fromSafeSegment(name))
      .filter((id) => isSessionId(id))
      .sort();
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw toIoError(error, sessionsDir, "listing the sessions");
  }
}

/**
 * The one session whose id begins so, with or without `sess_`. The words of a person: they are compared and never become
 * a path. Throws `NOT_FOUND`, `AMBIGUOUS_ID` with the matches, `IO_ERROR`.
 */
export function findSession(
  store: SessionStore,
  idOrPrefix: string,
  options: { readonly disk?: Disk | undefined } = {},
): SessionId {
  const given = idOrPrefix.trim().toLowerCase();
  const prefix = given.startsWith(PREFIX) ? given : PREFIX + given;
  // Nothing at all is a slip, not a prefix of everything.
  const matches = prefix === PREFIX ? [] : sessionIds(store, options.disk).filter((id) => id.startsWith(prefix));
  const [only] = matches;
  const shown = JSON.stringify(idOrPrefix.slice(0, 80));
  if (only === undefined) {
    throw agentlogError("NOT_FOUND", `no session begins with ${shown}`, {
      what: "session",
      id: idOrPrefix.slice(0, 80),
    });
  }
  if (matches.length === 1) return only;
  throw agentlogError(
    "AMBIGUOUS_ID",
    `${matches.length} sessions begin with ${shown}, such as ${matches.slice(0, 3).join(", ")}: give more of the id`,
    {
      prefix: idOrPrefix.slice(0, 80),
      matches: matches.slice(0, MOST_MATCHES),
      total: matches.length,
    },
  );
}
