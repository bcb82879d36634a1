import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { cleanEnvironment } from "./clean-environment.js";

const CHILD = fileURLToPath(new URL("contender-child.js", import.meta.url));

export type ContenderKind = "agentlog" | "sqlite" | "lockfile";

/** Told to a contender: append for so long. */
export interface Go {
  readonly ms: number;
}

/** Its answer: what it was told is stored, and the longest that one append took. */
export interface Done {
  readonly ids: readonly string[];
  readonly worstMs: number;
}

export interface Contenders {
  /** All of them, or the first alone, for so long; one answer each. */
  run(ms: number, how: "all" | "one"): Promise<readonly Done[]>;
  /** Ends them. */
  stop(): Promise<void>;
}

/** Processes that append to one file, started and ready. */
export async function startContenders(kind: ContenderKind, file: string, count: number): Promise<Contenders> {
  const children = Array.from({ length: count }, () =>
    fork(CHILD, [kind, file], { env: cleanEnvironment(), serialization: "advanced" }),
  );
  await Promise.all(children.map(async (child) => await once(child, "message")));
  return {
    run: async (ms, how) =>
      await Promise.all(
        (how === "all" ? children : children.slice(0, 1)).map(async (child) => await ask(child, { ms })),
      ),
    stop: async () => {
      await Promise.all(
        children.map(async (child) => {
          child.disconnect();
          await once(child, "exit");
        }),
      );
    },
  };
}

/** Throws when the process ends instead of answering. */
async function ask(child: ChildProcess, go: Go): Promise<Done> {
  const stop = new AbortController();
  try {
    const answer = once(child, "message", { signal: stop.signal }) as Promise<[Done]>;
    const end = once(child, "exit", { signal: stop.signal }).then(([code]) => {
      throw new Error(`a process that appended ended with ${String(code)}`);
    });
    child.send(go);
    const [done] = await Promise.race([answer, end]);
    return done;
  } finally {
    stop.abort();
  }
}
