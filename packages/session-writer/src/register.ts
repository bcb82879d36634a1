import type { SessionId, Sighting } from "@agentlog/types";

/** Told of a session so that it is found at once; a `SessionRegistry` of `@agentlog/session-registry` is one. */
export type SightingSink = { seen(sightings: readonly Sighting[]): Promise<unknown> };

/** Who is told, and what of. */
export type RegisterOptions = {
  /** Told when a run begins and ends, and meanwhile that it goes on. Default: nobody. */
  readonly registry?: SightingSink | undefined;
  /** Milliseconds between two times it is told that events have come. Default 60,000. */
  readonly registerIntervalMs?: number | undefined;
  /**
   * Told why the registry could not be. The run goes on: everything is in the session's log, from which the registry can be
   * brought up to date later.
   */
  readonly onRegistryError?: ((error: Error) => void) | undefined;
};

/** Tells the registry of a session's run. */
export async function register(
  { registry, onRegistryError }: RegisterOptions,
  id: SessionId,
  about: Omit<Sighting, "session" | "at">,
): Promise<void> {
  if (registry === undefined) return;
  const at = new Date().toISOString();
  try {
    await registry.seen([{ progress: at, ...about, session: id, at }]);
  } catch (error) {
    onRegistryError?.(error as Error);
  }
}

const REGISTER_INTERVAL_MS = 60_000;

/** Tells the registry now and then that a run goes on, as long as there is something new. Returns what ends it. */
export function keepRegistered(
  options: RegisterOptions,
  id: SessionId,
  about: Omit<Sighting, "session" | "at">,
  progress: () => { readonly count: number; readonly time: string },
): () => void {
  if (options.registry === undefined) return () => {};
  let told = 0;
  const timer = setInterval(() => {
    const { count, time } = progress();
    if (count === told) return;
    told = count;
    void register(options, id, { ...about, progress: time });
  }, options.registerIntervalMs ?? REGISTER_INTERVAL_MS);
  timer.unref();
  return () => clearInterval(timer);
}
