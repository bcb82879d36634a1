import { describe, expect, it } from "vitest";
import { logRuns } from "../log/runs.js";
import { perform } from "./perform.js";
import { formatReport } from "./report.js";
import { type Outcome, type Run } from "./run.js";

const quiet = { seconds: 1, seed: 7, say: () => {} };
const made = (name: string, outcome: Outcome, more: Partial<Run> = {}): Run => ({
  subject: "event-log",
  name,
  weight: 1,
  run: () => Promise.resolve(outcome),
  ...more,
});
const report = async (...runs: readonly Run[]): Promise<string> => formatReport(await perform(runs, quiet), quiet);

describe("the lab", () => {
  it.each([
    ["what was lost", { lost: 1, problems: [] }, "1 lost"],
    ["what is there twice", { twice: 2, problems: [] }, "2 there twice"],
    ["what is out of order", { outOfOrder: 3, problems: [] }, "3 out of order"],
    ["anything else", { problems: ["the lock melted"] }, "the lock melted"],
  ])("reports %s, with the command that shows it again", async (_name, outcome, words) => {
    const text = await report(made("fine", { problems: [] }), made("broken", outcome));
    const again = "npx pnpm crash-lab --seconds 1 --seed 7 --only event-log/broken";
    expect(text).toContain(`WRONG  event-log/broken, again: ${again}\n  ${words}`);
    expect(text).not.toContain("WRONG  event-log/fine");
  });

  it("reports a run that throws, and goes on with the next", async () => {
    const thrown = made("thrown", { problems: [] }, { run: () => Promise.reject(new Error("no disk")) });
    const text = await report(thrown, made("next", { acknowledged: 4_711, problems: [] }));
    expect(text).toContain("--only event-log/thrown\n  Error: no disk");
    expect(text).toContain("4,711");
  });

  it("reports a control that comes through unharmed, and is content with one that does not", async () => {
    const control = { isControl: true } as const;
    expect(await report(made("naive", { problems: [] }, control))).toContain("event-log/naive\n  came through");
    expect(await report(made("naive", { lost: 1, problems: [] }, control))).toContain("all is well");
  });

  it("says in its row why a run was skipped", async () => {
    const skipped = made("traced", { problems: [] }, { whyNot: () => "strace is not installed" });
    expect(await report(skipped)).toMatch(/traced .*\| skipped: strace is not installed/);
  });

  it("shares its time by weight, and gives what one leaves to the next", async () => {
    const given: number[] = [];
    const timed = (weight: number): Run =>
      made(
        "timed",
        { problems: [] },
        {
          weight,
          run: ({ seconds }) => {
            given.push(seconds);
            return Promise.resolve({ problems: [] });
          },
        },
      );
    await perform([timed(1), timed(3)], { ...quiet, seconds: 100 });
    expect(given[0]).toBeCloseTo(25, 0);
    expect(given[1]).toBeCloseTo(100, 0);
  });

  it("finds the same fault again with the same seed", async () => {
    const { run } = logRuns.find(({ name }) => name === "mutant-no-seal")!;
    const broken: Run = { subject: "event-log", name: "broken", weight: 1, run };
    const [first, second] = [await perform([broken], quiet), await perform([broken], quiet)];
    expect(first[0]?.outcome?.problems).toHaveLength(1);
    const reproduced = /Counterexample: .*/s;
    const shown = (text = ""): string => reproduced.exec(text)?.[0].split("\n    at ")[0] ?? "";
    expect(shown(second[0]?.wrongs[0])).toBe(shown(first[0]?.wrongs[0]));
    expect(shown(first[0]?.wrongs[0])).not.toBe("");
    expect(formatReport(first, quiet)).toContain("--seed 7 --only event-log/broken");
  });
});
