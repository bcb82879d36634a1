import { setTimeout as sleep } from "node:timers/promises";
import { openRegistry } from "@agentlog/session-registry";
import { openSessionLog } from "@agentlog/session-writer";
import { drainHooks, hasHooksWaiting } from "@agentlog/transcript-import/hooks";
import { participate } from "./participant.js";

/** Takes what hooks have captured into the sessions' logs, once a second. */

const PAUSE_MS = 1000;

await participate(({ store, over, wrong }) => {
  const registry = openRegistry(store);
  let done = 0;

  const drain = async (): Promise<void> => {
    const { drained, pending, unreadable } = await drainHooks({
      layout: store.layout,
      openSessionLog: (id) => openSessionLog(store, id),
      registry,
      onProblem: ({ message }) => wrong(message),
    });
    done += drained;
    for (const { reason } of unreadable) wrong(`a hook's payload was set aside: ${reason}`);
    if (over.aborted && pending > 0) wrong(`${pending} payloads wait for a session that is over`);
  };

  const working = (async () => {
    while (!over.aborted) {
      await drain();
      await sleep(PAUSE_MS);
    }
    await drain();
    if (hasHooksWaiting(store.layout)) wrong("hooks wait that nobody takes in");
    await registry.close();
  })();

  return {
    done: () => done,
    end: () => working,
  };
});
