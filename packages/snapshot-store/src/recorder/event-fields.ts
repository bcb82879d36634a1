import { isBlobRef, type BlobRef, type MessageRole } from "@agentlog/types";

// A log holds what anybody wrote into it: each field is looked at before it is believed.

/** What the fold needs of an event, whoever wrote it. */
export interface FoldedEvent {
  readonly seq: number;
  readonly id: string;
  readonly time: string;
  readonly type: string;
  readonly data: object;
}

/** A field that is a text. */
export function textOf(from: unknown, name: string): string | undefined {
  const value = fieldOf(from, name);
  return typeof value === "string" ? value : undefined;
}

/** A field that is a number of tokens or dollars; 0 for anything else. */
export function amountOf(from: unknown, name: string): number {
  const value = fieldOf(from, name);
  return typeof value === "number" && value >= 0 && value <= Number.MAX_SAFE_INTEGER ? value : 0;
}

/** A field that is one of some words. */
export function oneOf<T extends string>(from: unknown, name: string, words: readonly T[]): T | undefined {
  const value = fieldOf(from, name);
  return words.find((word) => word === value);
}

export function fieldOf(from: unknown, name: string): unknown {
  if (typeof from !== "object" || from === null || !Object.hasOwn(from, name)) return undefined;
  return (from as { readonly [name: string]: unknown })[name];
}

export function roleOf(data: unknown): MessageRole | undefined {
  return oneOf<MessageRole>(data, "role", ["user", "assistant", "system"]);
}

export function blobOf(from: unknown, name: string): BlobRef | undefined {
  const value = fieldOf(from, name);
  return isBlobRef(value) ? value : undefined;
}

/** A time in the one spelling that sorts as text; undefined when it is none. */
export function timeOf(time: string): string | undefined {
  const ms = Date.parse(time);
  return ms >= 0 && ms < 253_402_300_800_000 ? new Date(ms).toISOString() : undefined;
}
