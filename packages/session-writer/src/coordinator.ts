import { agentlogError } from "@agentlog/types";

export type HeartbeatOptions = {
  /** Milliseconds between two beats, 1 to 2,147,483,647. Default 10,000. */
  readonly intervalMs?: number | undefined;
  /** One beat. What it throws is counted and kept, never passed on: a sign of life must not end a life. */
  readonly beat: () => void | Promise<void>;
};

/** Something that happens now and then again after each interval, until it is stopped. */
export type Heartbeat = {
  readonly intervalMs: number;
  /** Beats that went well. */
  readonly beats: number;
  /** Beats that failed. */
  readonly failures: number;
  /** What the last failed beat threw. */
  readonly lastError: Error | undefined;
  /** No beat begins after this call. Resolves when a running one is over, within 200 ms in any case. */
  stop(): Promise<void>;
  /** The same without waiting, for a process that is about to end. */
  stopNow(): void;
};

export const DEFAULT_INTERVAL_MS = 10_000;
const STOP_WITHIN_MS = 200;
/** The longest delay a timer takes; a longer one fires at once. */
const LONGEST_INTERVAL_MS = 2_147_483_647;

/** Throws `USAGE` for an interval no timer can keep. */
export function assertInterval(intervalMs: number): void {
  if (intervalMs >= 1 && intervalMs <= LONGEST_INTERVAL_MS) return;
  const hint = `give 1 to ${LONGEST_INTERVAL_MS} milliseconds`;
  throw agentlogError("USAGE", `a heartbeat cannot have an interval of ${intervalMs} ms: ${hint}`, { hint });
}

/**
 * Beats once before it returns and then every `intervalMs`. Its timer never keeps the process alive; a beat that takes
 * longer than the interval is waited for, never overtaken. Throws `USAGE` for an interval no timer can keep.
 */
export function createHeartbeat({ intervalMs = DEFAULT_INTERVAL_MS, beat }: HeartbeatOptions): Heartbeat {
  assertInterval(intervalMs);
  let beats = 0;
  let failures = 0;
  let lastError: Error | undefined;
  let running: Promise<void> | undefined;

  const failed = (error: unknown): void => {
    failures++;
    lastError = error instanceof Error ? error : new Error(String(error));
  };

  const tick = (): void => {
    if (running !== undefined) return;
    try {
      const result = beat();
      if (result === undefined) {
        beats++;
        return;
      }
      running = result
        .then(() => void beats++, failed)
        .finally(() => {
          running = undefined;
        });
    } catch (error) {
      failed(error);
    }
  };

  tick();
  const timer = setInterval(tick, intervalMs);
  timer.unref();
  const stopNow = (): void => clearInterval(timer);

  return {
    intervalMs,
    get beats() {
      return beats;
    },
    get failures() {
      return failures;
    },
    get lastError() {
      return lastError;
    },
    stop: async () => {
      stopNow();
      if (running !== undefined) await withinLimit(running);
    },
    stopNow,
  };
}

async function withinLimit(running: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, STOP_WITHIN_MS);
  });
  await Promise.race([running, limit]);
  clearTimeout(timer);
}
