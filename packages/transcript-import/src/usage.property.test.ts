import * as fc from "fast-check";
import { expect, it } from "vitest";
import { createUsageTotals, type UsageEvent, type UsageReport } from "./usage.js";

const few = (...values: readonly string[]): fc.Arbitrary<string | undefined> => fc.constantFrom(undefined, ...values);

/** Events of a family: a few ids, so that many are told several times, in part with other figures. */
const events: fc.Arbitrary<readonly UsageEvent[]> = fc.array(
  fc
    .record({
      id: fc.nat(30),
      agent: fc.constantFrom("claude", "codex"),
      uuid: few("u", "v"),
      data: fc.record({
        inputTokens: fc.nat(9),
        outputTokens: fc.nat(3),
        cacheReadTokens: fc.option(fc.nat(9), { nil: undefined }),
        costUsd: fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }),
        model: few("a", "b"),
        messageId: few("m", "n", "o"),
        requestId: few("r", "s"),
      }),
    })
    .map(({ id, agent, uuid, data }) => ({
      id: `evt_${id}`,
      type: "usage.recorded",
      data,
      source: { agent },
      ...(uuid === undefined ? {} : { meta: { [agent]: { uuid } } }),
    })),
  { maxLength: 40 },
);

function totalOf(logs: readonly (readonly UsageEvent[])[]): UsageReport {
  const totals = createUsageTotals();
  for (const log of logs) for (const event of log) totals.add(event);
  return totals.report();
}

it("is the same for any split of the events over a family's logs, with what its forks copied", () => {
  const places = fc.array(fc.tuple(fc.nat(4), fc.option(fc.nat(4))), { minLength: 40, maxLength: 40 });
  fc.assert(
    fc.property(events, places, (all, at) => {
      const logs: UsageEvent[][] = [[], [], [], [], []];
      for (const [index, event] of all.entries()) {
        const [first, copy] = at[index]!;
        logs[first]!.push(event);
        if (copy !== null) logs[copy]!.push(event);
      }
      expect(totalOf(logs)).toEqual(totalOf([all]));
    }),
  );
});

it("is the sum of its models", () => {
  fc.assert(
    fc.property(events, (all) => {
      const { byModel, costUsd: _, ...total } = totalOf([all]);
      for (const [name, figure] of Object.entries(total)) {
        expect(byModel.reduce((sum, one) => sum + (one[name as keyof typeof total] as number), 0)).toBe(figure);
      }
    }),
  );
});

it("counts as many answers as there are keys among the events, each with its largest output", () => {
  fc.assert(
    fc.property(events, (all) => {
      const largest = new Map<string, number>();
      for (const { id, data, meta, source } of all) {
        const { messageId, requestId, model, outputTokens } = data as Record<string, string> & { outputTokens: number };
        const { agent } = source as { readonly agent: string };
        const uuid = (meta as Record<string, { readonly uuid: string }> | undefined)?.[agent]?.uuid;
        const key =
          messageId !== undefined
            ? `${agent} message ${messageId} ${requestId}`
            : uuid === undefined
              ? id
              : `${agent} record ${uuid} ${model}`;
        largest.set(key, Math.max(largest.get(key) ?? 0, outputTokens));
      }
      const { answers, outputTokens } = totalOf([all]);
      expect(answers).toBe(largest.size);
      expect(outputTokens).toBe([...largest.values()].reduce((sum, one) => sum + one, 0));
    }),
  );
});
