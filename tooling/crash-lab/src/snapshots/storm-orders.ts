/** How a worker stores: by the package, or as one writes it first: read, change, write in place. */
export type Way = "agentlog" | "naive";

/** What a worker is told, as JSON in argv[2]. */
export interface WorkerOrders {
  readonly way: Way;
  /** Folder of the documents; the bindings are in a file beside it. */
  readonly directory: string;
  readonly acknowledgements: string;
  readonly name: string;
  readonly seed: number;
  readonly selfStops: number;
}

/** Few, so that everybody meets everybody. */
export const KEYS: readonly string[] = ["alpha", "beta/../gamma", "delta"];

/** Each worker counts its own saves, so that the counts of a document add up to its version. */
export interface Tally {
  readonly counts: Readonly<Record<string, number>>;
  readonly pad: string;
}
