import { type Collection, type IndexEntry, type IndexRange } from "@agentlog/projection";
import { type JsonValue } from "@agentlog/types";
import { type Listed } from "./filter.js";

type Scan = Pick<Collection<JsonValue>, "scan">;

/**
 * Entries read at once. Most questions are about the latest few, so a list begins with a small page; behind a leap there is
 * often but one entry that is wanted.
 */
const FIRST_PAGE = 32;
const PAGE_BEHIND_LEAP = 4;
const LARGEST_PAGE = 512;

/** A place in the order that all lists share: progress, then key. */
interface Place {
  readonly progress: string;
  readonly key: string;
}

/**
 * Keys that are in all the lists, the latest progress first. All lists are in one order, so each is asked for its next entry at
 * or below the place where the others are, and leaps over what lies between: what is read follows the shortest list, and the
 * stretches in which they differ, not the number of sessions.
 */
export async function* keysInAll(
  records: Scan,
  lists: readonly Listed[],
  bounds: Pick<IndexRange, "from" | "to">,
): AsyncGenerator<string> {
  const cursors = lists.map((list) => createCursor(records, list, bounds));
  let place: Place | undefined;
  for (;;) {
    let agreed = 0;
    for (let at = 0; agreed < cursors.length; at = (at + 1) % cursors.length) {
      const next: Place | undefined = await cursors[at]!.atOrBelow(place);
      if (next === undefined) return;
      agreed = place !== undefined && compare(next, place) === 0 ? agreed + 1 : 1;
      place = next;
    }
    if (place === undefined) return;
    yield place.key;
    place = await cursors[0]!.next();
    if (place === undefined) return;
  }
}

interface Cursor {
  /** The first entry at a place or behind it; without one the first of all. */
  atOrBelow(place: Place | undefined): Promise<Place | undefined>;
  /** The entry behind the one that was given last. */
  next(): Promise<Place | undefined>;
}

function createCursor(records: Scan, { index, prefix }: Listed, bounds: Pick<IndexRange, "from" | "to">): Cursor {
  let page: readonly IndexEntry[] = [];
  let at = 0;
  let size = FIRST_PAGE;
  let isLast = false;
  let used = 0;
  const placeOf = ({ value, key }: IndexEntry): Place => ({ progress: value[prefix.length] ?? "", key });

  const read = async (after: IndexEntry | undefined): Promise<void> => {
    if (after !== undefined) size = used * 2 > size ? Math.min(size * 2, LARGEST_PAGE) : PAGE_BEHIND_LEAP;
    // The bound keeps a store from walking down to `after` from the top.
    const to = after === undefined ? bounds.to : `${after.value[prefix.length] ?? ""}\u0000`;
    page = await records.scan(index, {
      prefix,
      reverse: true,
      limit: size,
      ...(bounds.from === undefined ? {} : { from: bounds.from }),
      ...(to === undefined ? {} : { to }),
      ...(after === undefined ? {} : { after }),
    });
    [at, used, isLast] = [0, 0, page.length < size];
  };

  const here = (): Place | undefined => {
    const entry = page[at];
    if (entry === undefined) return undefined;
    used += 1;
    return placeOf(entry);
  };

  return {
    atOrBelow: async (place) => {
      if (page.length === 0 && !isLast) await read(undefined);
      if (place === undefined) return here();
      for (;;) {
        while (at < page.length && compare(placeOf(page[at]!), place) > 0) at += 1;
        if (at < page.length || isLast) return here();
        // From right above the place, so that an entry at the place itself is read.
        await read({ value: [...prefix, place.progress], key: `${place.key}\u0000` });
      }
    },
    next: async () => {
      at += 1;
      if (at >= page.length && !isLast) await read(page.at(-1));
      return here();
    },
  };
}

function compare(a: Place, b: Place): number {
  if (a.progress !== b.progress) return a.progress < b.progress ? -1 : 1;
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
