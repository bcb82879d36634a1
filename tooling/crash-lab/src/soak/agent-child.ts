import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { setTimeout as sleep } from "node:timers/promises";
import { participate } from "./participant.js";
import { createHookedSession, type HookedSession } from "./payloads.js";

/** Calls 20 hooks a second, each a process, as an agent with much to tell does. */

const INTERVAL_MS = 50;
/** On a machine that does not keep up, hooks come later instead of all at once. */
const MOST_AT_ONCE = 32;
/** What is later than this is not made up for. */
const MOST_LATE_MS = 1000;

const HOOK = fileURLToPath(new URL("../../../../packages/cli/dist/hook.cjs", import.meta.url));

await participate(({ store, over, rotateMs, say, wrong }) => {
  if (!existsSync(HOOK)) throw new Error(`${HOOK} is not there; build the cli first`);
  const { NODE_EXTRA_CA_CERTS: _certificates, AGENTLOG_SESSION_ID: _session, ...inherited } = process.env;
  const env = { ...inherited, AGENTLOG_HOME: store.root };
  let done = 0;

  const call = (payload: string): Promise<void> =>
    new Promise((resolve) => {
      const hook = spawn(process.execPath, [HOOK, "claude"], { env, stdio: ["pipe", "ignore", "ignore"] });
      hook.on("error", ({ message }) => wrong(`a hook could not be started: ${message}`));
      hook.stdin.on("error", () => {});
      hook.once("close", (code, signal) => {
        if (code !== 0) wrong(`a hook ended with ${code ?? signal}`);
        done += 1;
        resolve();
      });
      hook.stdin.end(payload);
    });

  const running = new Set<Promise<void>>();
  let due = performance.now();

  /** Calls the hooks of a session until its time is over; resolves with what is still to be waited for. */
  const runSession = async (session: HookedSession): Promise<() => Promise<void>> => {
    const own = new Set<Promise<void>>();
    const until = performance.now() + rotateMs;
    do {
      const hook = call(session.next()).finally(() => {
        own.delete(hook);
        running.delete(hook);
      });
      own.add(hook);
      running.add(hook);
      if (running.size >= MOST_AT_ONCE) await Promise.race(running);
      due = Math.max(due + INTERVAL_MS, performance.now() - MOST_LATE_MS);
      await sleep(Math.max(0, due - performance.now()));
    } while (!over.aborted && performance.now() < until);
    return async () => {
      await Promise.all(own);
      await call(session.end());
      say({ kind: "marked", session: session.session, marks: session.marks });
    };
  };

  const working = (async () => {
    let closing: Promise<void> | undefined;
    while (!over.aborted) {
      const session = createHookedSession();
      say({ kind: "session", session: session.session, maker: "hooks" });
      const close = await runSession(session);
      await closing;
      // Its last hooks run while the next session begins.
      closing = close();
    }
    await closing;
  })();

  return {
    done: () => done,
    end: () => working,
  };
});
