/**
 * The record with those of the fields that are there. One copy and no lists of entries: a registry made anew does this once
 * for each sighting there ever was.
 */
export function withPresent<Item extends object>(
  record: Item,
  fields: { readonly [Name in keyof Item]?: Item[Name] | undefined },
): Item {
  const changed = { ...record };
  for (const name of Object.keys(fields) as (keyof Item)[]) {
    const value = fields[name];
    if (value !== undefined) changed[name] = value;
  }
  return changed;
}
