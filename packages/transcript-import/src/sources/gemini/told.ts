import { type ImportedEvent } from "../../source.js";
import { AGENT, eventOf, type Part, type Place } from "./event.js";

/** What the events of one chat have told so far. */
export interface Told {
  /** The event that tells a part; undefined when its state is known already. */
  tell(part: Part): ImportedEvent | undefined;
  /** The same for what has one state at a time, such as a title: each change is an event of the part's own type. */
  tellChange(part: Part): ImportedEvent | undefined;
}

/**
 * Gemini CLI writes messages again: when they have grown, on a resume, after a compression. A log cannot edit what it has,
 * so each part of a message is told by itself:
 *
 * - A part's event has the id of what it is about and of its content. Written again unchanged, in this file or another form
 *   of it, it is the same event and adds nothing; what is new about a message that grew has ids of its own.
 * - A part that changes (a result masked to save context) is told by `gemini.revised`, with the new state. The kind's own
 *   event stays the only one, so that nothing is counted twice. The document form shows one state a time: when it was
 *   imported in two states, both are events of that kind.
 */
export function createTold(place: Place): Told {
  const known = new Map<string, { readonly state: string; readonly changes: number }>();

  const change = (part: Part): number | undefined => {
    const { key, state } = part;
    const before = known.get(key);
    if (before?.state === state) return undefined;
    const changes = before === undefined ? 0 : before.changes + 1;
    known.set(key, { state, changes });
    return changes;
  };
  // Changed away and back again it is something new, so a change has its number in its name.
  const name = ({ key, state }: Part, changes: number): string =>
    changes === 0 ? `${key}/${state}` : `${key}/${state}:${changes}`;

  return {
    tell: (part) => {
      const changes = change(part);
      if (changes === undefined) return undefined;
      if (changes === 0) return eventOf(place, name(part, 0), part);
      const revised = { ...part, type: `${AGENT}.revised`, data: { of: part.type, data: part.data } };
      return eventOf(place, name(part, changes), revised);
    },
    tellChange: (part) => {
      const changes = change(part);
      return changes === undefined ? undefined : eventOf(place, name(part, changes), part);
    },
  };
}
