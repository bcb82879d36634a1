import { describe, expect, it } from "vitest";
import { createMarkCount, markOf } from "./marks.js";
import { compareTallies, createTally, type TallyState } from "./tally.js";

type Events = readonly (readonly [seq: number, id: string])[];

function tallyOf(events: Events): TallyState {
  const tally = createTally();
  for (const [seq, id] of events) tally.take({ seq, id });
  return tally.state();
}

const [a, b, c] = [
  [0, "a"],
  [1, "b"],
  [2, "c"],
] as const;

describe("what the follower saw of a log", () => {
  it.each<[string, Events, readonly string[]]>([
    ["all of it", [a, b, c], []],
    ["an event twice", [a, b, b, c], ["f: 1 events again or out of order", "f: 4 events, in the log 3"]],
    ["an event less", [a, c], ["f: 1 events passed over", "f: 2 events, in the log 3"]],
    ["the last one less", [a, b], ["f: last is 1, in the log 2", "f: 2 events, in the log 3"]],
    ["another order", [a, c, b], ["f: 1 events again or out of order", "f: 1 events passed over"]],
    ["another event", [a, [1, "x"], c], ["f: other events than those in the log"]],
  ])("%s", (_, seen, wrong) => {
    expect(compareTallies("f", tallyOf(seen), tallyOf([a, b, c]))).toEqual(wrong);
  });

  it("is wrong when there is nothing of it", () => {
    expect(compareTallies("f", undefined, tallyOf([]))).toEqual(["f: nothing of it"]);
  });
});

describe("what became of hooks", () => {
  it.each<[string, readonly number[], readonly string[]]>([
    ["each once", [0, 1, 2], []],
    ["in another order", [2, 0, 1], []],
    ["one lost", [0, 2], ["h: 1 of 3 lost: 1"]],
    ["one twice", [0, 1, 1, 2], ["h: 1 of 3 more than once: 1"]],
    ["one of somebody else", [0, 1, 2, 7], ["h: 1 that nobody sent: 7"]],
    ["all lost", [], ["h: 3 of 3 lost: 0 1 2"]],
  ])("%s", (_, found, wrong) => {
    const marks = createMarkCount();
    for (const n of found) marks.take({ input: { command: markOf(n) }, details: markOf(n) });
    expect(marks.compare("h", 3)).toEqual(wrong);
  });
});
