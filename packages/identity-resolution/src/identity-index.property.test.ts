import { deriveSessionId, type SessionId } from "@agentlog/types";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { known, native, sighting } from "./fixtures/sessions.js";
import { createIdentityIndex, identityKeys, lookupKeys, type KnownSession } from "./index.js";

const some = fc.constantFrom("a", "b", "__proto__", "");
const sessions: fc.Arbitrary<KnownSession> = fc
  .record({ id: some, native: some, head: some, last: some, process: some })
  .map(({ id, native: own, head, last, process }) =>
    known(id, {
      natives: [{ agent: "claude", native: native(own) }],
      heads: [head],
      lastUuids: [last],
      cleared: { agent: "claude", process, at: "" },
    }),
  );
const changes = fc.array(
  fc.oneof(
    sessions.map((session) => ({ put: session })),
    some.map((id) => ({ remove: deriveSessionId("claude", id) })),
  ),
  { maxLength: 12 },
);

describe("createIdentityIndex", () => {
  it("finds what a walk through all sessions finds, after any changes", () => {
    fc.assert(
      fc.property(changes, some, some, some, (steps, own, head, last) => {
        const index = createIdentityIndex();
        const model = new Map<SessionId, KnownSession>();
        for (const step of steps) {
          if ("put" in step) {
            index.put(step.put);
            model.set(step.put.session, step.put);
          } else expect(index.remove(step.remove)).toBe(model.delete(step.remove));
        }
        expect(index.size).toBe(model.size);
        const transcript = { path: "/t", firstUuid: head, firstParentUuid: last };
        const seen = sighting(own, { transcript, hook: { source: "clear", process: head } });
        const keys = new Set(lookupKeys(seen).map((key) => JSON.stringify(key)));
        const expected = [...model.values()].flatMap((session) =>
          identityKeys(session)
            .filter((key) => keys.has(JSON.stringify(key)))
            .map((key) => JSON.stringify([key, session.session])),
        );
        const found = index.matches(seen).map(({ key, session }) => {
          expect(session).toBe(index.get(session.session));
          return JSON.stringify([key, session.session]);
        });
        expect(found.toSorted()).toEqual(expected.toSorted());
      }),
      { numRuns: 1000 },
    );
  });

  it("[ID-1] a look-up gives only sessions that share a key, among any number", () => {
    const many = Array.from({ length: 5000 }, (_, at) => known(`k${at}`, { heads: [`h${at}`] }));
    const index = createIdentityIndex(many);
    const matches = index.matches(sighting("k7", { transcript: { path: "/t", firstUuid: "h9" } }));
    expect(matches.map(({ session }) => session.session)).toEqual([many[7]!.session, many[9]!.session]);
  });
});
