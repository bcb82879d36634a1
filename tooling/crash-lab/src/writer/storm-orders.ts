/** What a worker is told, as JSON in argv[2]. */
export interface WorkerOrders {
  readonly root: string;
  readonly acknowledgements: string;
  readonly name: string;
  readonly seed: number;
  readonly selfStops: number;
}

export const AGENT = "lab";

/** An acknowledgement of an event, or of an end, in the words of the notes that workers take. */
export const eventOf = (session: string, event: string): string => JSON.stringify(["event", session, event]);
export const endOf = (session: string, run: number): string => JSON.stringify(["end", session, run]);
