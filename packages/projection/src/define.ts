import { type StoredEvent } from "@agentlog/event-log";
import { agentlogError, type JsonValue } from "@agentlog/types";
import { type CollectionDefinition, type ProjectionDefinition, type Upcaster } from "./definition.js";
import { assertUpcasters } from "./upcast.js";

type Defaulted<Definition, Optional extends keyof Definition> = Omit<Definition, "kind" | Optional> &
  Partial<Pick<Definition, Optional>>;

/**
 * A projection: a log folded into one state. Throws `USAGE` for a name that is empty, a version that is no positive
 * integer, or two upcasters for the same type and version.
 */
export function defineProjection<State extends JsonValue, Event = StoredEvent>(
  definition: Defaulted<ProjectionDefinition<State, Event>, "upcasters">,
): ProjectionDefinition<State, Event> {
  const { name, version, upcasters = [] } = definition;
  assertSound(name, version, upcasters);
  const initial = frozen(structuredClone(definition.initial));
  return Object.freeze({ kind: "projection", ...definition, initial, upcasters });
}

/**
 * A collection: a log folded into keyed records with indexes. Without `indexes` it has none, without `text` it is not
 * searched. Throws `USAGE` as `defineProjection` does.
 */
export function defineCollection<Item extends JsonValue, Event = StoredEvent>(
  definition: Defaulted<CollectionDefinition<Item, Event>, "upcasters" | "indexes">,
): CollectionDefinition<Item, Event> {
  const { name, version, upcasters = [], indexes = {} } = definition;
  assertSound(name, version, upcasters);
  return Object.freeze({ kind: "collection", ...definition, indexes, upcasters });
}

/** Every fold begins with it: an `evolve` that changes what it is given must fail there and not spoil the next fold. */
function frozen<Value extends JsonValue>(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  for (const part of Object.values(value)) if (part !== undefined) frozen(part);
  return Object.freeze(value);
}

function assertSound(name: string, version: number, upcasters: readonly Upcaster[]): void {
  if (name === "") throw usage("a projection needs a name", "name");
  if (!Number.isSafeInteger(version) || version < 1) {
    throw usage(`the version of projection ${JSON.stringify(name)} must be 1, 2, 3 and so on`, "version");
  }
  assertUpcasters(name, upcasters);
}

function usage(message: string, hint: string): Error {
  return agentlogError("USAGE", message, { hint });
}
