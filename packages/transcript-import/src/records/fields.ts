import { type JsonObject, type JsonValue } from "@agentlog/types";

// Records are other people's: no field is what it should be until it was looked at.

/** The field when it is a string that is not empty. */
export function textField(object: JsonObject | undefined, name: string): string | undefined {
  const value = object?.[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** The field when it is an object. */
export function objectField(object: JsonObject | undefined, name: string): JsonObject | undefined {
  const value = object?.[name];
  return isObject(value) ? value : undefined;
}

/** The field when it is a list, else an empty one. */
export function listField(object: JsonObject | undefined, name: string): readonly JsonValue[] {
  const value = object?.[name];
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

/** The field when it is a whole number from 0. */
export function countField(object: JsonObject | undefined, name: string): number | undefined {
  const value = object?.[name];
  return Number.isSafeInteger(value) && (value as number) >= 0 ? (value as number) : undefined;
}

/** The field when it is a number from 0. */
export function durationField(object: JsonObject | undefined, name: string): number | undefined {
  const value = object?.[name];
  return typeof value === "number" && value >= 0 ? value : undefined;
}

/** True when the field is `true`. */
export function flagField(object: JsonObject | undefined, name: string): boolean {
  return object?.[name] === true;
}

export function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object without some of its fields; undefined when nothing is left. */
export function without(object: JsonObject, ...names: readonly string[]): JsonObject | undefined {
  const rest = Object.fromEntries(Object.entries(object).filter(([name]) => !names.includes(name)));
  return Object.keys(rest).length === 0 ? undefined : rest;
}

/** Fields that may be `undefined`, as they are before `defined` leaves those out. */
export type Loose<T> = { readonly [Name in keyof T]: T[Name] | undefined };

/** The object without the fields that are `undefined`. */
export function defined<T extends object>(fields: Loose<T>): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
