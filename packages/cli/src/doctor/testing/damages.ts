import { type Damage } from "./damage.js";
import { DAMAGED_CONTENT } from "./damaged-content.js";
import { DAMAGED_PLACES } from "./damaged-places.js";

export const DAMAGES: readonly Damage[] = [...DAMAGED_CONTENT, ...DAMAGED_PLACES];

/** Those that can be in one store at the same time, one session's files being as they are. */
export const TOGETHER: readonly Damage[] = DAMAGES.filter(
  ({ name }) => !/store\.json|presence file|in the middle|in the place|another log|can write to|bindings/.test(name),
);
