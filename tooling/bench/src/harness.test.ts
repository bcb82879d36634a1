import { expect, it } from "vitest";
import { createInterleave } from "./harness.js";

const gate = { wait: async () => true, waits: 0, gaveUp: 0 };

it("runs the cases in turn, each round beginning with another one, and counts no warm-up", async () => {
  const order: string[] = [];
  const one = (name: string) => () => {
    order.push(name);
    return order.length;
  };
  const interleave = createInterleave(gate, false);
  const samples = await interleave({ a: one("a"), b: one("b") }, { rounds: 2, warmUp: 1 });
  expect(order.join("")).toBe("abbaab");
  expect(samples).toEqual({ a: [4, 5], b: [3, 6] });
});

it("has fewer rounds when it has to be quick", async () => {
  const interleave = createInterleave(gate, true);
  const cases = { a: () => 1 };
  expect((await interleave(cases, { rounds: 40 })).a).toHaveLength(10);
  expect((await interleave(cases, { rounds: 40, quick: 4 })).a).toHaveLength(4);
});
