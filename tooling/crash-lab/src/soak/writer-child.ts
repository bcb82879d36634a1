import { setTimeout as sleep } from "node:timers/promises";
import { openRegistry } from "@agentlog/session-registry";
import { createSession, type SessionWriter } from "@agentlog/session-writer";
import { newSessionId } from "@agentlog/types";
import { participate } from "./participant.js";
import { createTally, type Tally } from "./tally.js";

/** Writes 50 events a second in bursts of five, with its heartbeat, and goes from one session to the next. */

const BURST = 5;
const INTERVAL_MS = 100;
/** What is later than this is not made up for. */
const MOST_LATE_MS = 1000;
const HEARTBEAT_MS = 500;
/** Most events are small; some are a tool's output. */
const LARGE_SHARE = 0.02;
const LARGE_CHARACTERS = 50_000;

await participate(({ store, over, rotateMs, random, say, wrong }) => {
  const registry = openRegistry(store);
  let done = 0;

  const open = async (): Promise<SessionWriter> => {
    const id = newSessionId();
    say({ kind: "session", session: id, maker: "writer" });
    return createSession({
      store,
      id,
      registry,
      name: `soak ${id.slice(-6)}`,
      agent: "soak",
      heartbeat: { intervalMs: HEARTBEAT_MS },
      onRegistryError: (error) => wrong(`the registry was not told: ${String(error)}`),
    });
  };

  const burst = async (session: SessionWriter, tally: Tally): Promise<void> => {
    const texts = Array.from({ length: BURST }, () => "x".repeat(random() < LARGE_SHARE ? LARGE_CHARACTERS : 100));
    const results = await Promise.all(texts.map((text) => session.message.sent({ role: "assistant", text })));
    for (const result of results) {
      if (result.status === "appended") tally.take(result);
      else wrong(`an event of ${session.id} was spooled`);
    }
    done += results.length;
  };

  const working = (async () => {
    let due = performance.now();
    while (!over.aborted) {
      const session = await open();
      // The start has number 0, and nobody is told its id.
      const tally = createTally(1);
      const until = performance.now() + rotateMs;
      while (!over.aborted && performance.now() < until) {
        await burst(session, tally);
        due = Math.max(due + INTERVAL_MS, performance.now() - MOST_LATE_MS);
        await sleep(Math.max(0, due - performance.now()));
      }
      const last = await session.finish({ outcome: "success" });
      if (last.status === "appended") tally.take(last);
      say({ kind: "acknowledged", session: session.id, tally: tally.state() });
      if ((session.coordinator?.failures ?? 0) > 0) wrong(`the heartbeat of ${session.id} failed`);
    }
    await registry.close();
  })();

  return {
    done: () => done,
    end: () => working,
  };
});
