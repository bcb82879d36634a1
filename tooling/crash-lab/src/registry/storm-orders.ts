/** Where a process keeps its read model; the naive one has neither log nor model, only a file that everybody rewrites. */
export type Way = "file" | "sqlite" | "naive";

/** What a worker is told, as JSON in argv[2]. */
export interface WorkerOrders {
  readonly way: Way;
  readonly root: string;
  readonly acknowledgements: string;
  /** `w` and a number. */
  readonly name: string;
  readonly seed: number;
  readonly selfStops: number;
}

/** Native sessions that everybody reports, and nobody merges: each has one session for good. */
export const SHARED: readonly string[] = Array.from({ length: 8 }, (_, n) => `shared-${n}`);
/** Native sessions whose sessions are merged, split, linked and given parents. */
export const MIXED: readonly string[] = Array.from({ length: 6 }, (_, n) => `mixed-${n}`);

export const AGENT = "claude";

/**
 * The time of one operation, which no other has: its event is found by it in the log, whatever it was. 100,000 operations
 * for each worker.
 */
export function timeOf(worker: number, operation: number): string {
  return new Date(Date.UTC(2020, 0, 1) + worker * 100_000 + operation).toISOString();
}
