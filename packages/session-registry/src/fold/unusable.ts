/**
 * Refuses an event of a known type that says nothing that can be used: the read model then passes it over and reports it,
 * without what it holds.
 */
export function unusable(reason: string): never {
  throw new TypeError(reason);
}
