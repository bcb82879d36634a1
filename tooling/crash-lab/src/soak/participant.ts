import { readdirSync } from "node:fs";
import { type OpenedStore, openStore } from "@agentlog/durable-fs";
import { type Reading, type ToParent, type ToParticipant } from "./protocol.js";
import { createRandom, type Random } from "./random.js";

/** Runs one participant of a soak in its process: readings once a second, and an end when the parent says so. */

export interface Setting {
  readonly store: OpenedStore;
  /** A folder of its own, outside of the store. */
  readonly folder: string;
  /** How long a session goes before another one takes its place. */
  readonly rotateMs: number;
  readonly random: Random;
  /** Aborts when the parent says that it is over. */
  readonly over: AbortSignal;
  say(message: ToParent): void;
  /** Says what should not be. */
  wrong(what: string): void;
}

export interface Participant {
  /** Work done so far. */
  done(): number;
  /** Another message than the order to end. */
  hear?(message: ToParticipant): void;
  /** Brings everything to its end; then nothing may keep the process alive. */
  end(order: Extract<ToParticipant, { kind: "end" }>): Promise<void>;
}

const READING_MS = 1000;

export async function participate(start: (setting: Setting) => Promise<Participant> | Participant): Promise<void> {
  const [root = "", folder = "", rotateMs = "", seed = ""] = process.argv.slice(2);
  const say = (message: ToParent): void => {
    process.send?.(message);
  };
  // Without its parent a participant has nobody to work for.
  const orphaned = (): void => process.exit(1);
  process.once("disconnect", orphaned);
  const over = new AbortController();
  const participant = await start({
    store: openStore(root),
    folder,
    rotateMs: Number(rotateMs),
    random: createRandom(Number(seed)),
    over: over.signal,
    say,
    wrong: (what) => say({ kind: "wrong", what }),
  });
  const timer = setInterval(() => say({ kind: "reading", reading: read(participant.done()) }), READING_MS);
  process.on("message", (message: ToParticipant) => {
    if (message.kind !== "end") return participant.hear?.(message);
    clearInterval(timer);
    over.abort();
    void participant.end(message).then(() => {
      say({ kind: "over" });
      process.off("disconnect", orphaned);
      process.disconnect();
    });
  });
  say({ kind: "ready" });
}

function read(done: number): Reading {
  globalThis.gc?.();
  const { rss, heapUsed, external } = process.memoryUsage();
  return { seconds: process.uptime(), rss, live: heapUsed + external, descriptors: countDescriptors(), done };
}

function countDescriptors(): number | undefined {
  try {
    // The one it is listed with is among them.
    return readdirSync("/proc/self/fd").length - 1;
  } catch {
    return undefined;
  }
}
