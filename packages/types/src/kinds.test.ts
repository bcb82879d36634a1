import { describe, expect, it } from "vitest";
import { EVENT_TYPES, isBlobRef, isEventOf, isKnownEventType, newEventId } from "./index.js";

describe("event types", () => {
  it("follow the naming rule: two segments, lower case, the second a past participle", () => {
    const participle = /(ed|sent|made|read|written|spawned|output|handed-off)$/;
    for (const type of EVENT_TYPES) {
      expect(type).toMatch(/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/);
      expect(type).toMatch(participle);
    }
    expect(new Set(EVENT_TYPES).size).toBe(EVENT_TYPES.length);
  });

  it("are known, and nothing else is", () => {
    expect(EVENT_TYPES.every(isKnownEventType)).toBe(true);
    for (const type of ["", "session", "SESSION.STARTED", "__proto__", "constructor", "my.thing-happened"]) {
      expect(isKnownEventType(type)).toBe(false);
    }
  });
});

describe("isEventOf", () => {
  it("tells by the type", () => {
    const event = {
      seq: 0,
      id: newEventId(),
      time: "2026-07-01T12:00:00.000Z",
      type: "note.added",
      data: { text: "x" },
    };
    expect(isEventOf(event, "note.added") && event.data.text).toBe("x");
    expect(isEventOf(event, "file.read")).toBe(false);
  });
});

describe("isBlobRef", () => {
  it("takes a hash and a size, and nothing that only looks like it", () => {
    const blob = "a".repeat(64);
    expect(isBlobRef({ blob, bytes: 0 })).toBe(true);
    const others = [
      null,
      "x",
      [],
      {},
      { blob },
      { blob, bytes: -1 },
      { blob, bytes: 0.5 },
      { blob: blob.toUpperCase(), bytes: 1 },
    ];
    for (const other of [...others, { blob: "../x", bytes: 1 }, { blob, bytes: 1, more: 1 }])
      expect(isBlobRef(other)).toBe(false);
  });
});
