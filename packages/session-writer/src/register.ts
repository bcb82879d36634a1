import type { SessionId, Sighting } from "@agentlog/types";

/** Told of a session so that it is found at once; a `SessionRegistry` of `@agentlog/session-registry` is one. */
export type SightingSink = { seen(sightings: readonly Sighting[]): Promise<unknown> };

/** Who is told, and what of. */
export type RegisterOptions = {
  /** Told when a run begins and when it ends. Default: nobody. */
  readonly registry?: SightingSink | undefined;
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
