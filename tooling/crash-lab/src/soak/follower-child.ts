import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openEventLog } from "@agentlog/event-log";
import { participate } from "./participant.js";
import { type LogName } from "./protocol.js";
import { createTally, type Tally } from "./tally.js";

/** Follows the registry's log and each session's from before its first event until a while after its end. */

/** What is told twice is told twice by then. */
const LINGER_MS = 1000;
const PATIENCE_MS = 60_000;

interface Following {
  readonly tally: Tally;
  readonly over: AbortController;
  readonly finished: Promise<void>;
}

await participate(({ store, say, wrong }) => {
  const followed = new Map<LogName, Following>();
  let done = 0;

  const follow = (name: LogName, path: string): void => {
    const tally = createTally();
    const over = new AbortController();
    const finished = (async () => {
      await using log = openEventLog(path);
      const onDamage = (): void => wrong(`damage was met while following ${name}`);
      for await (const event of log.follow({ signal: over.signal, onDamage })) {
        tally.take(event);
        done += 1;
        if (name !== "registry" && event.type === "session.ended") setTimeout(() => over.abort(), LINGER_MS);
      }
      say({ kind: "followed", log: name, tally: tally.state() });
      followed.delete(name);
    })();
    followed.set(name, { tally, over, finished });
  };

  follow("registry", join(store.layout.registryDir, "events.jsonl"));
  return {
    done: () => done,
    hear: (message) => {
      if (message.kind === "follow") follow(message.session, store.layout.session(message.session).events);
    },
    end: async ({ registrySeq }) => {
      const { tally, over } = followed.get("registry")!;
      const latest = performance.now() + PATIENCE_MS;
      const behind = (): boolean => tally.state().lastSeq < registrySeq || followed.size > 1;
      while (behind() && performance.now() < latest) await sleep(100);
      await sleep(LINGER_MS);
      const rest = [...followed.values()];
      for (const one of rest) one.over.abort();
      over.abort();
      await Promise.all(rest.map(({ finished }) => finished));
    },
  };
});
