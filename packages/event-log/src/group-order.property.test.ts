import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { openEventLog, type Appended } from "./index.js";

const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ call: fc.constant("append" as const) }) },
  { weight: 2, arbitrary: fc.record({ call: fc.constant("many" as const), count: fc.integer({ min: 0, max: 5 }) }) },
  { weight: 2, arbitrary: fc.record({ call: fc.constant("sync" as const) }) },
  { weight: 1, arbitrary: fc.record({ call: fc.constant("turn" as const) }) },
);

it("[EL-4] any mix of append, appendMany and appendSync is in the log in call order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const dir = mkdtempSync(join(tmpdir(), "agentlog-"));
      try {
        const log = openEventLog(join(dir, "events.jsonl"));
        let handed = 0;
        const next = (): { type: string; data: { n: number } } => ({ type: "a", data: { n: handed++ } });
        const results: Promise<readonly Appended[]>[] = [];
        for (const { call, ...rest } of steps) {
          if (call === "append") results.push(log.append(next()).then((one) => [one]));
          else if (call === "sync") results.push(Promise.resolve([log.appendSync(next())]));
          else if (call === "turn") await new Promise((resolve) => setImmediate(resolve));
          else results.push(log.appendMany(Array.from({ length: (rest as { count: number }).count }, next)));
        }
        const all = (await Promise.all(results)).flat();
        await log.close();
        expect(all.map(({ seq }) => seq)).toEqual(Array.from({ length: handed }, (_, n) => n));
        const { events, damage } = await log.readAll();
        expect(damage).toEqual([]);
        expect(events.map(({ data }) => (data as { n: number }).n)).toEqual(
          Array.from({ length: handed }, (_, n) => n),
        );
        expect(events.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    }),
    { numRuns: 60 },
  );
}, 20_000);
