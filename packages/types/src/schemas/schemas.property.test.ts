import { anything, assert, constantFrom, jsonValue, nat, property, record, string } from "fast-check";
import { describe, expect, it } from "vitest";
import { EVENT_TYPES, isKnownEventType, newEventId } from "../index.js";
import { anyEventSchema, jsonValueSchema } from "./index.js";

const envelope = { seq: nat(), id: constantFrom(newEventId()), time: constantFrom("2026-07-01T12:00:00.000Z") };

describe("the schemas, for any input", () => {
  it("take every JSON value and hand back that very value", () => {
    assert(
      property(jsonValue({ maxDepth: 6 }), (value) => {
        expect(jsonValueSchema.parse(value)).toBe(value);
      }),
    );
  });

  it("let an unknown kind through untouched, whatever it holds", () => {
    const type = string({ minLength: 1 }).filter((text) => !isKnownEventType(text));
    const event = record({ ...envelope, type, data: record({ value: jsonValue() }), more: jsonValue() });
    assert(
      property(event, (value) => {
        const before = JSON.stringify(value);
        expect(anyEventSchema.parse(value)).toBe(value);
        expect(JSON.stringify(value)).toBe(before);
      }),
    );
  });

  it("never throw, and never change what they check", () => {
    assert(
      property(anything({ withNullPrototype: true }), (value) => {
        const result = anyEventSchema.safeParse(value);
        if (result.success) expect(result.data).toBe(value);
      }),
    );
    assert(
      property(record({ ...envelope, type: constantFrom(...EVENT_TYPES), data: anything() }), (value) => {
        const result = anyEventSchema.safeParse(value);
        if (result.success) expect(result.data).toBe(value);
      }),
    );
  });
});
