import { createHash } from "node:crypto";
import { type JsonValue } from "@agentlog/types";
import { assert, jsonValue, property } from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalDigest } from "./canonical-digest.js";

/** The plain way, for values that do not nest deep. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(",")}}`;
}

const reversed = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, inner]) => [key, reversed(inner)])
      .toReversed(),
  );
};

describe("canonicalDigest", () => {
  it("is the hash of sorted JSON, in whatever order the keys came", () => {
    assert(
      property(jsonValue({ stringUnit: "binary" }), (value) => {
        const digest = canonicalDigest(value as JsonValue);
        expect(digest).toBe(createHash("sha256").update(canonical(value)).digest("hex"));
        expect(canonicalDigest(reversed(value) as JsonValue)).toBe(digest);
      }),
    );
  });

  it("takes any depth, keys of objects' own machinery, and what is no character", () => {
    const deep = JSON.parse(`${"[".repeat(100_000)}${"]".repeat(100_000)}`) as JsonValue;
    expect(canonicalDigest(deep)).toMatch(/^[0-9a-f]{64}$/);
    const digests = ['{"__proto__":1}', "{}", '{"constructor":1}', '"\\ud800"', '"\\udfff"', '"\\u0000"'].map((text) =>
      canonicalDigest(JSON.parse(text) as JsonValue),
    );
    expect(new Set(digests).size).toBe(6);
  });
});
