import { assert, property, string, uuid } from "fast-check";
import { describe, expect, it } from "vitest";
import { deriveEventId, deriveSessionId, isEventId, isSessionId } from "./index.js";

describe("ids, for any input", () => {
  it("a session id has its one form and is safe as a folder's name", () => {
    assert(
      property(string(), (text) => {
        for (const value of [text, `sess_${text}`])
          if (isSessionId(value)) expect(value).toMatch(/^sess_[0-9a-f-]{36}$/);
      }),
    );
  });

  it("only the versions that are minted or derived count", () => {
    assert(property(uuid({ version: 7 }), (id) => isSessionId(`sess_${id}`) && isEventId(`evt_${id}`)));
    assert(property(uuid({ version: 5 }), (id) => isSessionId(`sess_${id}`) && !isEventId(`evt_${id}`)));
    assert(
      property(uuid({ version: [1, 2, 3, 4, 6, 8] }), (id) => !isSessionId(`sess_${id}`) && !isEventId(`evt_${id}`)),
    );
  });

  it("a derived id is a legal one, the same each time, and another for another source", () => {
    assert(
      property(string(), string(), string(), (agent, session, record) => {
        expect(isSessionId(deriveSessionId(agent, session))).toBe(true);
        expect(isEventId(deriveEventId(agent, session, record))).toBe(true);
        expect(deriveSessionId(agent, session)).toBe(deriveSessionId(agent, session));
        expect(deriveSessionId(agent, session)).not.toBe(deriveSessionId(`${agent}x`, session));
        expect(deriveEventId(agent, session, record)).not.toBe(deriveEventId(agent, record, `${session}x`));
      }),
    );
  });
});
