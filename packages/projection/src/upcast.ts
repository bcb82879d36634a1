import { agentlogError, type JsonValue } from "@agentlog/types";
import { type Upcaster } from "./definition.js";

type Data = Readonly<Record<string, JsonValue>>;
type Lift = <Event>(event: Event) => Event;

/** Refuses a chain that forks: which of two upcasters runs must not depend on their order. Throws `USAGE`. */
export function assertUpcasters(projection: string, upcasters: readonly Upcaster[]): void {
  const seen = new Set<string>();
  for (const { type, from } of upcasters) {
    const step = `${type} ${from}`;
    if (seen.has(step)) {
      throw agentlogError(
        "USAGE",
        `projection ${JSON.stringify(projection)} has two upcasters for ${type} version ${from}; keep one`,
        { hint: "upcasters" },
      );
    }
    seen.add(step);
  }
}

/**
 * Lifts an event's data step by step to the newest shape there is an upcaster to. An upcaster that leaves `version` as it
 * is makes the next one; the version is counted here, so that a chain always ends.
 */
export function createUpcast(upcasters: readonly Upcaster[]): Lift {
  if (upcasters.length === 0) return (event) => event;
  const byType = new Map<string, Map<number, Upcaster["upcast"]>>();
  for (const { type, from, upcast } of upcasters) {
    const steps = byType.get(type) ?? new Map<number, Upcaster["upcast"]>();
    byType.set(type, steps.set(from, upcast));
  }
  return (event) => {
    const { type, data } = event as { readonly type: string; readonly data: Data };
    const steps = byType.get(type);
    if (steps === undefined) return event;
    let lifted = data;
    for (let version = versionOf(data); ;) {
      const upcast = steps.get(version);
      if (upcast === undefined) break;
      lifted = upcast(lifted);
      version = Math.max(version + 1, versionOf(lifted));
    }
    return lifted === data ? event : { ...event, data: lifted };
  };
}

function versionOf(data: Data): number {
  const version = Object.hasOwn(data, "version") ? data["version"] : undefined;
  return typeof version === "number" ? version : 1;
}
