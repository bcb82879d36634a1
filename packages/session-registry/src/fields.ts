import { agentlogError, isSessionId, type SessionId } from "@agentlog/types";

// Reading data of unknown shape: the registry's log may have been written by a newer version, or by anybody's hand.

export type Fields = Readonly<Record<string, unknown>>;

/** The value as an object; an empty one for everything else. */
export function fieldsOf(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** An own field. */
export function field(of: Fields, name: string): unknown {
  return Object.hasOwn(of, name) ? of[name] : undefined;
}

export function textField(of: Fields, name: string): string | undefined {
  const value = field(of, name);
  return typeof value === "string" ? value : undefined;
}

export function countField(of: Fields, name: string): number | undefined {
  const value = field(of, name);
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

export function listField(of: Fields, name: string): readonly unknown[] {
  const value = field(of, name);
  return Array.isArray(value) ? value : [];
}

export function textsField(of: Fields, name: string): readonly string[] {
  return listField(of, name).filter((one) => typeof one === "string");
}

export function sessionField(of: Fields, name: string): SessionId | undefined {
  const value = field(of, name);
  return isSessionId(value) ? value : undefined;
}

export function sessionsField(of: Fields, name: string): readonly SessionId[] {
  return listField(of, name).filter((one) => isSessionId(one));
}

// `Date.parse` reads other forms in the machine's own time zone: the fold would not be the same everywhere.
const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/;

/** An RFC 3339 time in the one form in which strings sort as instants do; undefined when it is none. */
export function instant(text: string | undefined): string | undefined {
  if (text === undefined || text.length > 40 || !RFC_3339.test(text)) return undefined;
  const at = Date.parse(text);
  // Beyond year 9999 the form changes, and strings no longer sort.
  return Number.isNaN(at) || at < 0 || at > LAST_INSTANT ? undefined : new Date(at).toISOString();
}

const LAST_INSTANT = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** The object without the fields that are undefined. */
export function defined<T extends object>(of: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(of).filter(([, value]) => value !== undefined)) as T;
}

/** The time a change is asked for, or now. Throws `USAGE` for one that is none. */
export function changeTime(at: string | undefined): string {
  const time = at === undefined ? new Date().toISOString() : instant(at);
  if (time !== undefined) return time;
  const hint = "give an RFC 3339 time such as 2026-07-01T12:00:00Z";
  throw agentlogError("USAGE", `the change's time is no point in time; ${hint}`, { hint });
}
