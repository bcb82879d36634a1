import { type SessionDocument } from "@agentlog/types";
import { sessionDocumentSchema } from "@agentlog/types/schemas";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createSessionFold, loopChain, loopCycles, type FoldedEvent } from "../index.js";

const name = fc.constantFrom("a", "b", "c", "__proto__", "");
const maybe = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> => fc.option(value, { nil: undefined });

/** Data that fits some kind, and data that fits none. */
const data = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      loop: maybe(name),
      agent: maybe(name),
      parent: maybe(name),
      parentLoop: maybe(name),
      continuation: maybe(fc.constantFrom("initial", "default", "rerun", "branch", "compaction", "other")),
      status: maybe(fc.constantFrom("running", "completed", "failed", "rejected", "none")),
      outcome: maybe(fc.constantFrom("success", "failure", "aborted")),
      role: maybe(fc.constantFrom("user", "assistant", "system")),
      text: maybe(fc.string({ maxLength: 3 })),
      error: maybe(fc.string({ maxLength: 3 })),
      messageId: maybe(name),
      inputTokens: maybe(fc.nat(9)),
      outputTokens: maybe(fc.nat(9)),
      costUsd: maybe(fc.constantFrom(0.1, 0.25)),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.dictionary(
      fc.constantFrom("loop", "agent", "role", "text", "inputTokens", "__proto__"),
      fc.jsonValue(),
    ),
  },
);
const type = fc.constantFrom(
  "session.started",
  "session.resumed",
  "session.ended",
  "context.compacted",
  "loop.started",
  "loop.ended",
  "agent.started",
  "agent.spawned",
  "agent.returned",
  "agent.completed",
  "agent.failed",
  "message.sent",
  "message.sent",
  "usage.recorded",
  "tool.called",
  "constructor",
  "my.own",
);
const time = fc.oneof(
  fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(1e12) }).map((date) => date.toISOString()),
  fc.constant("no time"),
);
const event = fc.record({
  type,
  data,
  time,
  actor: maybe(fc.oneof(fc.record({ instance: maybe(name), role: maybe(fc.constant("sub-agent")) }), fc.jsonValue())),
  meta: maybe(fc.record({ loop: maybe(name) })),
});
const log = fc
  .array(event, { maxLength: 60 })
  .map((events) =>
    events.map((each, seq) => JSON.parse(JSON.stringify({ seq, id: `e${seq}`, ...each })) as FoldedEvent),
  );

const fold = (events: readonly FoldedEvent[], from?: SessionDocument): SessionDocument | undefined => {
  const folding = createSessionFold({ sessionId: "s", from });
  for (const each of events) folding.apply(each);
  return folding.document();
};
const throughDisk = (document: SessionDocument | undefined): SessionDocument | undefined =>
  document && (JSON.parse(JSON.stringify(document)) as SessionDocument);

describe("the fold of a session's log", () => {
  it("[PR-3] is the same at once and with a checkpoint at any places, for every log", () => {
    fc.assert(
      fc.property(log, fc.array(fc.nat(60), { maxLength: 4 }), (events, cuts) => {
        const whole = fold(events);
        let document: SessionDocument | undefined;
        let done = 0;
        for (const cut of [...cuts.toSorted((a, b) => a - b), events.length]) {
          const before = document;
          const kept = JSON.stringify(before);
          document = throughDisk(fold(events.slice(done, cut), document));
          expect(JSON.stringify(before)).toBe(kept);
          done = Math.max(done, cut);
        }
        expect(document).toEqual(throughDisk(whole));
      }),
      { numRuns: 400 },
    );
  });

  it("[P1] gives what its schema takes, and never takes a loop away", () => {
    fc.assert(
      fc.property(log, fc.nat(60), (events, cut) => {
        const [early, late] = [fold(events.slice(0, cut)), fold(events)];
        for (const document of [early, late]) {
          if (document === undefined) continue;
          const judged = sessionDocumentSchema.safeParse(throughDisk(document));
          expect(judged.error?.issues ?? []).toEqual([]);
        }
        const ids = late?.loops.map(({ id }) => id) ?? [];
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.slice(0, early?.loops.length ?? 0)).toEqual(early?.loops.map(({ id }) => id) ?? []);
      }),
      { numRuns: 400 },
    );
  });

  it("[P9] has chains of loops that end, with every circle told once", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.nat(12), { nil: undefined }), { maxLength: 12 }), (parents) => {
        const loops = parents.map((parent, n) => ({
          ...fold([{ seq: 0, id: "e", time: "", type: "loop.started", data: { loop: String(n) } }])!.loops[0]!,
          ...(parent === undefined ? {} : { parentLoop: String(parent) }),
        }));
        const inCircle = new Set<string>();
        for (const { id } of loops) {
          const { loops: chain, cycle, missing } = loopChain({ loops }, id);
          expect(chain.at(-1)?.id).toBe(id);
          expect(new Set(chain).size).toBe(chain.length);
          // An oracle that only counts: more steps up than there are loops means a circle.
          let at: number | undefined = Number(id);
          for (let step = 0; step <= loops.length && at !== undefined && at < loops.length; step++) at = parents[at];
          const isOut = at !== undefined && at >= loops.length;
          expect([cycle !== undefined, missing !== undefined]).toEqual([at !== undefined && !isOut, isOut]);
          for (const each of cycle ?? []) inCircle.add(each);
        }
        const cycles = loopCycles({ loops });
        expect(cycles.flat().toSorted()).toEqual([...inCircle].toSorted());
      }),
    );
    expect(loopChain({ loops: [] }, "none")).toEqual({ loops: [], cycle: undefined, missing: undefined });
  });
});
