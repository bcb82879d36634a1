import {
  createDirectoryLock,
  type Disk,
  nodeDisk,
  openSpool,
  type SpoolEntry,
  type StoreLayout,
} from "@agentlog/durable-fs";
import { type SessionRegistry } from "@agentlog/session-registry";
import { isAgentlogError, type SessionId } from "@agentlog/types";
import { createTally, drainRound, type PendingEntry } from "./drain-round.js";
import { type SetAside } from "./set-aside.js";
import { type HookLog } from "./tail-index.js";
import { hasHooksWaiting } from "./waiting.js";

/** Something that did not stop the drain. One line, without any payload. */
export interface HookProblem {
  readonly message: string;
  readonly cause?: unknown;
}

export interface DrainOptions {
  readonly layout: StoreLayout;
  /** Opens the log of a session in the store, with `oversize: "spill"`; each is closed again. */
  readonly openSessionLog: (session: SessionId) => HookLog;
  /** Told of every session before the payloads are let go. Default: nobody. */
  readonly registry?: Pick<SessionRegistry, "seen"> | undefined;
  /** Default: the clock. */
  readonly now?: (() => Date) | undefined;
  /** Stops between two rounds; what was not taken in waits. */
  readonly signal?: AbortSignal | undefined;
  readonly onProblem?: ((problem: HookProblem) => void) | undefined;
  /** Payloads taken in at most. Default: all there are. */
  readonly limit?: number | undefined;
  /** Milliseconds to wait for another process that drains. Default 2,000. */
  readonly lockTimeoutMs?: number | undefined;
  /** Milliseconds after which a payload of a session that nothing confirms is set aside. Default an hour. */
  readonly pendingMs?: number | undefined;
  /** Default: Node's `fs`. */
  readonly disk?: Disk | undefined;
}

/** What a drain did. */
export interface DrainReport {
  /** Payloads that are in the logs and no longer in the spool. */
  readonly drained: number;
  /** Events that were appended; two hooks may tell the same one. */
  readonly events: number;
  readonly sessions: readonly SessionId[];
  /** Payloads that wait for their session to be confirmed. */
  readonly pending: number;
  /** Payloads that were moved to quarantine. */
  readonly unreadable: readonly SetAside[];
}

/** Payloads looked at in one go. */
const ROUND = 500;

/**
 * Takes what hooks have captured into the logs of their sessions: each event exactly once, whenever a process dies, and also
 * when several drain at once. The lock only saves them from doing the same work; who does not get it goes on without.
 *
 * One failing call when nothing waits. Throws `IO_ERROR` when the spool cannot be listed, and the signal's reason.
 */
export async function drainHooks(options: DrainOptions): Promise<DrainReport> {
  const { layout, disk = nodeDisk, lockTimeoutMs = 2_000 } = options;
  if (!hasHooksWaiting(layout, disk)) return { drained: 0, events: 0, sessions: [], pending: 0, unreadable: [] };
  const lock = createDirectoryLock(`${layout.hookSpool}.lock`, { disk });
  try {
    return await lock.run(() => drain(options), { timeoutMs: lockTimeoutMs });
  } catch (error) {
    if (!isAgentlogError(error, "LOCK_TIMEOUT")) throw error;
    return drain(options);
  }
}

async function drain(options: DrainOptions): Promise<DrainReport> {
  const { layout, disk = nodeDisk, limit = Infinity, signal, onProblem } = options;
  // A claim need not outlive a loss of power: the payload itself was not synced either.
  const spool = openSpool(layout.hookSpool, { disk, durable: false });
  const tally = createTally();

  const takeIn = async (entries: readonly SpoolEntry[]): Promise<readonly PendingEntry[]> => {
    const pending: PendingEntry[] = [];
    for (let at = 0; at < entries.length && tally.drained < limit;) {
      signal?.throwIfAborted();
      const round = entries.slice(at, at + Math.min(ROUND, limit - tally.drained));
      const result = await drainRound(options, spool, round, tally);
      at += result.looked;
      pending.push(...result.pending);
    }
    return pending;
  };

  const first = await takeIn(spool.list());
  // A later payload may have confirmed the session of an earlier one.
  const isConfirmed = ({ session }: PendingEntry): boolean => tally.sessions.has(session);
  const still = await takeIn(first.filter(isConfirmed).map(({ entry }) => entry));
  try {
    spool.prune();
  } catch (cause) {
    onProblem?.({ message: "what dead hooks left in the spool could not be removed", cause });
  }
  const { drained, events, sessions, unreadable } = tally;
  const pending = first.filter((one) => !isConfirmed(one)).length + still.length;
  return { drained, events, sessions: [...sessions], pending, unreadable };
}
