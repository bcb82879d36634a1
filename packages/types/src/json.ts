/** Any value that survives `JSON.stringify` and `JSON.parse` unchanged. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** A JSON object. Keys are data: read them from objects of unknown origin with `Object.hasOwn`, never by assignment. */
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}
