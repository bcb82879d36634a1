import { sha256 } from "../../../records/sha256.js";

/** Who tells: an item of the conversation, an event for the display, or the completion of an item. */
export type Channel = "item" | "event" | "completion";

/**
 * Codex writes most of what is said twice, in either order: as what the model gets and as what the display shows. The first
 * one counts.
 */
export interface Twins {
  /** True when another channel has said the same a moment ago, as often as this one now does. */
  isTold(channel: Channel, what: string, text: string): boolean;
  /** To be called with each record. */
  next(): void;
}

/** How many records may stand between the two; in real files at most four do. */
const WINDOW = 50;

export function createTwins(): Twins {
  // In the order of their last use, so that the old ones are in front.
  const recent = new Map<string, { readonly times: Record<Channel, number>; readonly at: number }>();
  let now = 0;

  return {
    next: () => {
      now += 1;
      for (const [hash, { at }] of recent) {
        if (now - at <= WINDOW) break;
        recent.delete(hash);
      }
    },
    isTold: (channel, what, text) => {
      // White space is where the two differ: they put the parts of a message together in their own ways.
      const hash = sha256(`${what}\0${text.replace(/\s+/g, "")}`);
      const times = recent.get(hash)?.times ?? { item: 0, event: 0, completion: 0 };
      const isTold = times[channel] < Math.max(...Object.values(times));
      times[channel] += 1;
      recent.delete(hash);
      recent.set(hash, { times, at: now });
      return isTold;
    },
  };
}
