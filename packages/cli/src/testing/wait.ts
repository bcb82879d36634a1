import { setTimeout as sleep } from "node:timers/promises";

/** Waits until something holds; gives up after a time that only a broken program needs. */
export async function eventually<T>(look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  for (let tries = 0; tries < 400; tries++) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await sleep(25);
  }
  throw new Error("it did not happen within ten seconds");
}
