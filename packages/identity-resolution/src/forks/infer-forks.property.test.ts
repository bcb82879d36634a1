import { type NativeSessionId, type SessionId } from "@agentlog/types";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inferForks, type ForkMember, type ForkRecord } from "../index.js";

type Step = { readonly what: "write" | "fork" | "compact"; readonly at: number; readonly count: number };
type Made = {
  readonly id: string;
  readonly records: ForkRecord[];
  parent?: string;
  compacted: number;
  readonly bornAt: string;
};

const steps = fc.array(
  fc.record({
    what: fc.constantFrom<Step["what"]>("write", "write", "fork", "compact"),
    at: fc.nat(30),
    count: fc.integer({ min: 1, max: 4 }),
  }),
  { maxLength: 30 },
);

/** Sessions as an agent makes them, one thing after the other: a fork copies all since the last compaction, and writes. */
function play(list: readonly Step[], names: readonly string[]): readonly Made[] {
  let clock = 0;
  const now = (): string => new Date(Date.UTC(2026, 0, 1) + clock++ * 1000).toISOString();
  const write = (made: Made, count: number): void => {
    for (let left = count; left > 0; left--) made.records.push({ uuid: `${made.id}-${clock}`, time: now() });
  };
  const first: Made = { id: names[0]!, records: [], compacted: 0, bornAt: now() };
  write(first, 2);
  const all = [first];
  for (const { what, at, count } of list) {
    const one = all[at % all.length]!;
    if (what === "write") write(one, count);
    else if (what === "compact") {
      one.compacted = one.records.length;
      write(one, 2);
    } else if (all.length < names.length) {
      const records = one.records.slice(one.compacted);
      const fork: Made = { id: names[all.length]!, records, parent: one.id, compacted: 0, bornAt: now() };
      write(fork, count);
      all.push(fork);
    }
  }
  return all;
}

const toMember = ({ id, records, bornAt }: Made): ForkMember => ({
  session: id as SessionId,
  agent: "claude",
  native: id as NativeSessionId,
  records,
  bornAt,
});

const names = fc.shuffledSubarray(["a", "b", "c", "d", "e", "f", "g"], { minLength: 7 });

describe("inferForks, for any history", () => {
  it("finds every parent from the records and the birth of the files, in any order", () => {
    let forks = 0;
    fc.assert(
      fc.property(steps, names, fc.infiniteStream(fc.nat()), (list, ids, keys) => {
        const made = play(list, ids);
        const order = new Map(made.map((one) => [one, keys.next().value ?? 0]));
        const found = inferForks(made.toSorted((a, b) => order.get(a)! - order.get(b)!).map(toMember));
        expect(found.map(({ session }) => session as string)).toEqual(made.map(({ id }) => id).toSorted());
        const byId = new Map(made.map((one) => [one.id, one]));
        for (const { session, edge } of found) {
          const one = byId.get(session)!;
          // A fork of a fork that wrote nothing before has all it has from further up: see the next line.
          const sources = new Set<string | undefined>();
          const copied = one.records.filter(({ uuid }) => !uuid.startsWith(`${one.id}-`));
          sources.add(copied.at(-1)?.uuid.split("-")[0]);
          sources.add(one.parent);
          expect([...sources]).toContain(edge?.parent);
          if (edge === undefined) continue;
          forks++;
          expect(edge.evidence[0]).toEqual({ kind: "shared-uuids", value: String(copied.length) });
          expect(edge.evidence[1]?.kind).not.toBe("undecided-direction");
        }
      }),
      { numRuns: 1000 },
    );
    expect(forks).toBeGreaterThan(500);
  });

  it("is a forest and the same for any order, whatever the records are", () => {
    const letters = fc.constantFrom("a", "b", "c", "d", "e", "f");
    const uuid = fc.constantFrom("1", "2", "3", "4", "5", "6", "__proto__", "");
    const time = fc.option(fc.constantFrom("2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", "never"), {
      nil: undefined,
    });
    const record = fc.record({
      uuid,
      time,
      sessionOfOrigin: fc.option(fc.constantFrom("a", "b", "c", "x"), { nil: undefined, freq: 3 }),
    });
    const members = fc.array(
      fc.record({
        session: letters.map((id) => id as SessionId),
        agent: fc.constantFrom("claude", "codex"),
        native: letters.map((id) => id as NativeSessionId),
        records: fc.array(record, { maxLength: 8 }),
        bornAt: time,
      }),
      { maxLength: 7 },
    );
    const ordered = members
      .map((list) => [...new Map(list.map((one) => [`${one.session} ${one.agent} ${one.native}`, one])).values()])
      .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })));
    fc.assert(
      fc.property(ordered, ([list, shuffled]) => {
        const found = inferForks(list);
        expect(inferForks(shuffled)).toEqual(found);
        const parents = new Map(found.map(({ session, edge }) => [session, edge?.parent]));
        for (const session of parents.keys()) {
          let at: SessionId | undefined = session;
          for (let step = 0; at !== undefined && step <= parents.size; step++) at = parents.get(at);
          expect(at).toBeUndefined();
        }
      }),
      { numRuns: 3000 },
    );
  });
});
