import { createRequire } from "node:module";

/** The part of proper-lockfile that is used. */
export interface ProperLockfile {
  lockSync(
    file: string,
    options: {
      readonly fs: object;
      readonly realpath: boolean;
      readonly retries: number;
      readonly stale: number;
      readonly lockfilePath: string;
      readonly onCompromised: (error: Error) => void;
    },
  ): () => void;
}

let loaded: ProperLockfile | undefined;

/**
 * [DF-4] Loads proper-lockfile on the first hold that goes on over turns of the event loop, not before: its `require`
 * installs 18 signal listeners, patches `fs` and `process`, and takes 9 ms. Alone in its file, so that a bundler can put a static `require` in its place.
 */
export function loadProperLockfile(): ProperLockfile {
  loaded ??= createRequire(import.meta.url)("proper-lockfile") as ProperLockfile;
  return loaded;
}
