import { fork } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { type ParticipantName, type Reading, type Said, type ToParent, type ToParticipant } from "./protocol.js";

/** One participant as its parent has it. */
export interface Member {
  readonly name: ParticipantName;
  readonly readings: readonly Reading[];
  /** Resolves when it is at work; rejects when it ended before. */
  readonly ready: Promise<void>;
  /** Resolves with how it ended, undefined for well: told to, by itself, with exit code 0. */
  readonly ended: Promise<string | undefined>;
  tell(message: ToParticipant): void;
  /** Has it end, and waits until it is gone. */
  end(registrySeq?: number): Promise<string | undefined>;
  /** At once, where the soak itself failed. */
  kill(): void;
}

export interface CrewOptions {
  readonly root: string;
  /** Where each participant gets a folder. */
  readonly folder: string;
  readonly rotateMs: number;
  readonly seed: number;
  readonly hear: (message: Said, from: ParticipantName) => void;
}

/** The built participants; the same from `src`, where the tests run, and from `dist`. */
const BUILT = fileURLToPath(new URL("../../dist/soak/", import.meta.url));
/**
 * Readings are taken after a collection. The young generation, which otherwise grows to some 40 MB in the first quarter of an
 * hour of a process with little to do, keeps its first size: what then grows is held by somebody.
 */
const NODE_FLAGS = ["--expose-gc", "--max-semi-space-size=1"];
/** A last look at everything is slow on a machine with other work; one that hangs must not hang the soak. */
const END_MS = 120_000;
const MOST_STDERR = 4000;

export function startMember(name: ParticipantName, { root, folder, rotateMs, seed, hear }: CrewOptions): Member {
  const own = join(folder, name);
  mkdirSync(own, { mode: 0o700 });
  const child = fork(join(BUILT, `${name}-child.js`), [root, own, String(rotateMs), String(seed)], {
    execArgv: NODE_FLAGS,
    // Ctrl-C is for the parent, which then has everything come to its end.
    detached: true,
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  const readings: Reading[] = [];
  let stderr = "";
  let over = false;
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr = (stderr + text).slice(-MOST_STDERR)));
  const ended = new Promise<string | undefined>((resolve) => {
    child.once("close", (code, signal) => {
      if (over && code === 0) resolve(undefined);
      else resolve(`ended with ${code ?? signal}${over ? "" : " before it was told to"}: ${stderr.trim()}`);
    });
  });
  const ready = new Promise<void>((resolve, reject) => {
    child.on("message", (message: ToParent) => {
      if (message.kind === "ready") resolve();
      else if (message.kind === "reading") readings.push(message.reading);
      else if (message.kind === "over") over = true;
      else hear(message, name);
    });
    void ended.then((how) => reject(new Error(`the ${name} ${how ?? "ended"}`)));
  });
  ready.catch(() => {});
  const tell = (message: ToParticipant): void => {
    if (child.connected) child.send(message);
  };
  return {
    name,
    readings,
    ready,
    ended,
    tell,
    kill: () => void child.kill("SIGKILL"),
    end: async (registrySeq = -1) => {
      tell({ kind: "end", registrySeq });
      const late = new AbortController();
      const tooLong = sleep(END_MS, true, { signal: late.signal }).then(
        () => child.kill("SIGKILL"),
        () => false,
      );
      const how = await ended;
      late.abort();
      return (await tooLong) ? `did not end within ${END_MS / 1000} s` : how;
    },
  };
}
