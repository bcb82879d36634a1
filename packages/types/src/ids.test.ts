import { describe, expect, it } from "vitest";
import {
  isAgentlogError,
  isEventId,
  isSessionId,
  isSpanId,
  isTraceId,
  newEventId,
  newSessionId,
  newSpanId,
  newTraceId,
  toNativeSessionId,
  toSessionId,
} from "./index.js";

const UUID = "01890a5d-ac96-774b-bcce-b302099a8057";
const UUID_V4 = "9b2c1a4e-3f6d-4c8a-9e1b-2d7f5a6c8b90";

const caught = (act: () => unknown): unknown => {
  try {
    return act();
  } catch (error) {
    return error;
  }
};

const HOSTILE = [
  "",
  "../x",
  "sess_../x",
  "evt_../x",
  "__proto__",
  "sess_",
  "evt_",
  UUID,
  `sess_${UUID_V4}`,
  `evt_${UUID_V4}`,
  `sess_${UUID.toUpperCase()}`,
  `evt_${UUID.toUpperCase()}`,
  `evt_${"A".repeat(32)}`,
  `SESS_${UUID}`,
  `sess_${UUID}\n`,
  `evt_${UUID}\n`,
  `sess_${UUID}/..`,
  ` sess_${UUID}`,
  `sess_{${UUID}}`,
  `sess_${UUID.replaceAll("-", "")}`,
  `sess_${UUID}\0`,
  undefined,
  null,
  0,
  {},
  [`sess_${UUID}`],
];

describe("session and event ids", () => {
  it("are made so that their own guards take them", () => {
    expect(isSessionId(newSessionId())).toBe(true);
    expect(isEventId(newEventId())).toBe(true);
    expect(isEventId(`evt_${"0123456789abcdef".repeat(2)}`)).toBe(true);
    expect(isSessionId(newEventId())).toBe(false);
    expect(isEventId(newSessionId())).toBe(false);
  });

  it("sort by the order in which one process made them", () => {
    const made = Array.from({ length: 5000 }, () => newEventId());
    expect(made.toSorted()).toEqual(made);
    expect(new Set(made).size).toBe(made.length);
  });

  it.each(HOSTILE.map((value) => [value]))("[H-37] are not %j", (value) => {
    expect(isSessionId(value)).toBe(false);
    expect(isEventId(value)).toBe(false);
  });

  it("refuse other strings with a typed error that quotes at most 80 characters", () => {
    expect(toSessionId(`sess_${UUID}`)).toBe(`sess_${UUID}`);
    const error = caught(() => toSessionId("x".repeat(5000)));
    expect(isAgentlogError(error, "INVALID_ID") && error.what).toBe("session");
    expect((error as Error).message.length).toBeLessThan(200);
  });
});

describe("native session ids", () => {
  it("[H-36] [H-37] are whatever an agent chose, path or not", () => {
    for (const id of ["../x", "__proto__", "UPPER", "x".repeat(1024)]) expect(toNativeSessionId(id)).toBe(id);
  });

  it("have 1 to 1,024 characters", () => {
    for (const id of ["", "x".repeat(1025)]) {
      expect(
        isAgentlogError(
          caught(() => toNativeSessionId(id)),
          "INVALID_ID",
        ),
      ).toBe(true);
    }
  });
});

describe("trace and span ids", () => {
  it("have W3C sizes", () => {
    expect(newTraceId()).toMatch(/^[0-9a-f]{32}$/);
    expect(newSpanId()).toMatch(/^[0-9a-f]{16}$/);
    expect(isTraceId(newTraceId()) && isSpanId(newSpanId())).toBe(true);
    expect(isTraceId(newSpanId()) || isSpanId(newTraceId())).toBe(false);
  });

  it("are not all zero, not upper-case, not followed by anything", () => {
    for (const id of ["0".repeat(32), "A".repeat(32), `${"a".repeat(32)}\n`, "", 1]) expect(isTraceId(id)).toBe(false);
    for (const id of ["0".repeat(16), "A".repeat(16), `${"a".repeat(16)}\n`, "", 1]) expect(isSpanId(id)).toBe(false);
  });
});
