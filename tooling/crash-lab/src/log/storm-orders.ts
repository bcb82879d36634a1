/** How a worker appends: as everybody does, as one that goes in without the lock after a while, or naively. */
export type Appender = "agentlog" | "intruder" | "naive";

/** What a worker is told, as JSON in argv[2]. */
export interface WorkerOrders {
  readonly appender: Appender;
  readonly file: string;
  readonly acknowledgements: string;
  readonly name: string;
  readonly seed: number;
  /** How many of the writes are preceded by a stop. */
  readonly selfStops: number;
}
