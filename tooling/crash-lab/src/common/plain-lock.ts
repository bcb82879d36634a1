import { createRequire } from "node:module";

/** The part of proper-lockfile that the controls use as everybody does. */
export interface PlainLock {
  lock(
    file: string,
    options: {
      readonly stale: number;
      readonly realpath: boolean;
      readonly onCompromised: (error: Error) => void;
      readonly retries: number | { readonly forever: true; readonly minTimeout: number; readonly maxTimeout: number };
    },
  ): Promise<() => Promise<void>>;
  lockSync(
    file: string,
    options: {
      readonly stale: number;
      readonly realpath: boolean;
      readonly onCompromised: (error: Error) => void;
    },
  ): () => void;
}

const require = createRequire(import.meta.url);

export const plainLock: PlainLock = require("proper-lockfile") as PlainLock;
