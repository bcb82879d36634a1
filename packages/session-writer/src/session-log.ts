import { basename, join } from "node:path";
import { type Disk, type Lock, nodeDisk, type OpenedStore } from "@agentlog/durable-fs";
import { type Appended, type EventLog, type EventLogOptions, openEventLog, type Spooled } from "@agentlog/event-log";
import { agentlogError, type NewEvent, type SessionId, toIoError, toSessionId } from "@agentlog/types";

/** What is needed of an opened store. */
export type SessionStore = Pick<OpenedStore, "root" | "layout">;

/** What became of an event: it has its number, or waits safely in the spool for the next writer. */
export type EmitResult = Appended | Spooled;

/** The event log of one session. */
export type SessionLog = EventLog<NewEvent, EmitResult>;

/** How a session's log is opened; the paths come from the store. */
export type SessionLogOptions = {
  /** When an append is acknowledged. Default `"os"`. */
  readonly durability?: EventLogOptions["durability"] | undefined;
  /** Milliseconds to wait for the lock. Default 15,000. */
  readonly lockTimeoutMs?: number | undefined;
  /** What becomes of an event whose wait is over: the error `LOCK_TIMEOUT`, or the spool. Default `"reject"`. */
  readonly onLockTimeout?: "reject" | "spool" | undefined;
  /** Gets a copy of each event before a byte of it exists and returns what may be kept; see the event log. */
  readonly redact?: EventLogOptions<NewEvent>["redact"] | undefined;
  /** Default: a directory lock beside the log. */
  readonly lock?: Lock | undefined;
  /** Default: Node's `fs`. */
  readonly disk?: EventLogOptions["disk"] | undefined;
};

/**
 * The event log of a session, composed from the store's layout. Nothing is made or read before it is used. Data that is
 * too large for a line goes to the session's blobs. Throws `INVALID_ID` for anything but a session id, `UNSAFE_PATH` where
 * its folder is a link.
 */
export function openSessionLog(
  store: SessionStore,
  id: SessionId,
  options?: Omit<SessionLogOptions, "onLockTimeout">,
): EventLog<NewEvent>;
export function openSessionLog(store: SessionStore, id: SessionId, options: SessionLogOptions): SessionLog;
export function openSessionLog(store: SessionStore, id: SessionId, options: SessionLogOptions = {}): SessionLog {
  const layout = store.layout.session(toSessionId(id));
  refuseLink(layout.dir, options.disk ?? nodeDisk);
  const { durability, lockTimeoutMs, onLockTimeout = "reject", redact, lock, disk } = options;
  const composed = {
    blobDirectory: layout.blobs,
    spoolDirectory: layout.spool,
    // One folder for each session: in a shared one nothing would tell where a fragment came from.
    quarantineDirectory: join(store.layout.quarantineDir, basename(layout.dir)),
    oversize: "spill" as const,
    ...(durability === undefined ? {} : { durability }),
    ...(lockTimeoutMs === undefined ? {} : { lockTimeoutMs }),
    ...(redact === undefined ? {} : { redact }),
    ...(lock === undefined ? {} : { lock }),
    ...(disk === undefined ? {} : { disk }),
  };
  return onLockTimeout === "spool"
    ? openEventLog<NewEvent>(layout.events, { ...composed, onLockTimeout })
    : openEventLog<NewEvent>(layout.events, composed);
}

/** A folder of the store that is a link may lead anywhere, and a log there is not this store's. */
function refuseLink(dir: string, disk: Disk): void {
  let isFolder: boolean;
  try {
    isFolder = disk.lstatSync(dir, { throwIfNoEntry: false })?.isDirectory() ?? true;
  } catch (error) {
    throw toIoError(error, dir, "looking at a session");
  }
  if (isFolder) return;
  const reason = "is a symbolic link or no directory";
  throw agentlogError("UNSAFE_PATH", `${dir} ${reason}; move it out of the store`, { path: dir, reason });
}
