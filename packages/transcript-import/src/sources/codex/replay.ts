import { textField } from "../../records/fields.js";
import { uuidTime } from "../../records/uuid.js";
import { type Item } from "./item.js";
import { type Thread } from "./thread.js";
import { isTurnStart } from "./turns.js";

/** Tells the history that was copied into a file from what happened in its own thread. Asked once for each item, in order. */
export type Replay = (item: Item, time: string | undefined) => boolean;

/** Copies are written in one go; a person or a model takes longer. */
const PAUSE_MS = 1000;

/**
 * A fork and some sub-agents begin with their own `session_meta`, those of their ancestors, and a copy of the history with
 * the time of the fork on it. The copy ends
 *
 * - at the ordinal that the thread names, where the records have ordinals;
 * - else with the first turn that is younger than the thread: both ids are UUIDs of version 7, and copies keep theirs;
 * - else, where turns have no ids, with the first pause.
 */
export function createReplay(thread: Thread): Replay {
  const began = uuidTime(thread.id) ?? (thread.time === undefined ? undefined : Date.parse(thread.time));
  let copying = thread.mayReplay;
  let items = 0;
  let hasTurnIds = false;
  let last: number | undefined;

  const isCopy = (item: Item, at: number | undefined): boolean => {
    const { type, payload, ordinal } = item;
    if (type === "session_meta") return textField(payload, "id") !== thread.id;
    if (thread.firstOwnOrdinal !== undefined && ordinal !== undefined) return ordinal < thread.firstOwnOrdinal;
    const turn = isTurnStart(item) ? uuidTime(textField(payload, "turn_id")) : undefined;
    if (turn !== undefined && began !== undefined) {
      hasTurnIds = true;
      return turn < began;
    }
    return hasTurnIds || at === undefined || last === undefined || at - last < PAUSE_MS;
  };

  return (item, time) => {
    items += 1;
    const at = time === undefined ? undefined : Date.parse(time);
    // Some versions copy without saying so: an ancestor's `session_meta` right behind the own one shows it.
    if (items === 2 && item.type === "session_meta" && textField(item.payload, "id") !== thread.id) copying = true;
    if (items === 1 && item.type === "session_meta") last = at;
    else if (copying) {
      copying = isCopy(item, at);
      last = at ?? last;
      return copying;
    }
    return false;
  };
}
