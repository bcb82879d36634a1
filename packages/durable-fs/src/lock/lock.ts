/** A lock while it is held. */
export interface HeldLock {
  /** Asks the disk whether the lock is still this holder's. Ask right before each write that the lock protects. */
  stillHeld(): boolean;
}

/** How long to wait. */
export interface LockWait {
  /** Milliseconds to wait for the lock before `LOCK_TIMEOUT`; 0 tries once. Default 15,000: more than `staleMs`. */
  readonly timeoutMs?: number;
}

/**
 * The lock port: at most one holder among all processes and threads that use the same lock. It saves writers from wasting
 * each other's work; what must be safe must be safe without it, because a holder may be stopped at any instruction.
 */
export interface Lock {
  /**
   * Waits for the lock, runs `critical`, gives the lock back when it returned, threw or settled. Callers of one process
   * get their turns in call order. When the lock is free and nobody of this process waits, `critical` runs before `run`
   * returns, and a `critical` that is not asynchronous never holds the lock across a turn of the event loop.
   *
   * Throws `LOCK_TIMEOUT` (with the holder), `UNSAFE_PATH` or `IO_ERROR`; in all three cases `critical` did not run.
   */
  run<T>(critical: (held: HeldLock) => T | Promise<T>, wait?: LockWait): Promise<T>;
  /** The same, blocking this thread while it waits. Throws `LOCK_TIMEOUT` at once when this very thread holds the lock. */
  runSync<T>(critical: (held: HeldLock) => T, wait?: LockWait): T;
  /** Removes what killed processes left beside the lock. Never touches anything of a living one. */
  sweep(): void;
  /** Removes what it keeps ready for its next hold. It can be used again afterwards. */
  close(): void;
}
