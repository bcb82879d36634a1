import { deriveSessionId } from "@agentlog/types";
import { type Binding } from "./contract.js";

/** A list and no object of objects: any string is a room, `__proto__` too. */
export interface BindingsDocument {
  readonly bindings: readonly Binding[];
}

/** Tells two pairs apart, whatever is in their names. */
export function pairOf({ room, agent }: Pick<Binding, "room" | "agent">): string {
  return JSON.stringify([room, agent]);
}

/** The session of a pair that nobody named: a uuid v5 of room and agent, the same on every machine, always. */
export function derivedSession(room: string, agent: string): string {
  return deriveSessionId("agentlog:binding", pairOf({ room, agent })).slice("sess_".length);
}

/** What is wrong with a document; undefined when it holds bindings. Fields it does not know are no fault. */
export function faultOf(document: unknown): string | undefined {
  const list = isObject(document) ? document["bindings"] : undefined;
  if (!Array.isArray(list)) return "it holds no list of bindings";
  const wrong = list.findIndex((entry) => !isBinding(entry));
  return wrong === -1 ? undefined : `its binding ${wrong} lacks a field`;
}

function isBinding(entry: unknown): entry is Binding {
  return isObject(entry) && FIELDS.every((name) => typeof entry[name] === "string");
}

const FIELDS = ["room", "agent", "session", "bound", "used"] as const satisfies readonly (keyof Binding)[];

const isObject = (value: unknown): value is { readonly [name: string]: unknown } =>
  typeof value === "object" && value !== null;

export function lastUsedFirst(a: Binding, b: Binding): number {
  if (a.used !== b.used) return a.used < b.used ? 1 : -1;
  return pairOf(a) < pairOf(b) ? -1 : 1;
}
