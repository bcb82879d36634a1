import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type ReadStep } from "../../source.js";
import { corpus, expectImport, listedFiles } from "../../testing/corpus.js";
import { testStore } from "../../testing/stores.js";
import { claudeSource } from "../claude/source.js";
import { geminiSource } from "../gemini/source.js";
import { copilotSource } from "./source.js";

// Real transcripts, kept outside the project. Without them these tests are skipped, which the run's summary shows.
const COPILOT = corpus("copilot-cli");
const IRRLICHT = join(COPILOT, "ingo-eichhorst__Irrlicht");
const sources = [claudeSource, geminiSource, copilotSource];

/** The event files among those that `sources.json` lists. */
function listed(): readonly string[] {
  const others = /\/recordings\/[^/]+\/(?:events\.jsonl|manifest\.json)$/;
  return listedFiles(({ file }) => file.startsWith("copilot-cli/") && !others.test(file));
}

type RecordStep = Extract<ReadStep, { kind: "record" }>;

async function steps(path: string): Promise<RecordStep[]> {
  const found: RecordStep[] = [];
  for await (const step of copilotSource.read({ path, bytes: 0 })) {
    expect(step.kind).toBe("record");
    if (step.kind === "record") found.push(step);
  }
  return found;
}

describe.skipIf(!existsSync(COPILOT))("the shared Copilot CLI transcripts", () => {
  it("import without an error, and the second time add nothing", { timeout: 120_000 }, async () => {
    await expectImport("copilot", listed(), sources);
  });

  it("leave the recorder's own files alone", async () => {
    const report = await testStore().import([COPILOT], { sources });
    expect(report.skipped).toHaveLength(4);
    expect(
      report.skipped.every(({ path, reason }) => path.endsWith("/events.jsonl") && reason === "no-transcript"),
    ).toBe(true);
  });

  it("are two sessions without a link on either side of a new one", async () => {
    const folder = join(IRRLICHT, "derived/copilot-new/session-state");
    const ids = ["469f078a-ac34-45d4-95b9-f4633fb5381f", "6d5d9186-d5b8-4dea-a1e0-df92146cab5b"];
    const [before, after] = [
      await steps(join(folder, ids[0]!, "events.jsonl")),
      await steps(join(folder, ids[1]!, "events.jsonl")),
    ];
    expect([before, after].map((one) => [...new Set(one.map(({ nativeSession }) => nativeSession))])).toEqual([
      [ids[0]],
      [ids[1]],
    ]);
    expect([...before, ...after].flatMap(({ facts }) => facts?.link ?? [])).toEqual([]);
    const uuids = (of: readonly RecordStep[]): ReadonlySet<string> =>
      new Set(of.flatMap(({ facts }) => facts?.uuid ?? []));
    expect([...uuids(before)].filter((uuid) => uuids(after).has(uuid))).toEqual([]);
  });

  const scenario = (name: string): string => listed().find((path) => path.includes(`/scenarios/${name}`))!;

  it("keep their id on a resume, which opens a second run", async () => {
    const found = await steps(scenario("1-4_session-resume"));
    expect(new Set(found.map(({ nativeSession }) => nativeSession)).size).toBe(1);
    const runs = new Map(found.flatMap(({ events }) => events).map(({ id, type, run }) => [id, `${type} ${run}`]));
    const ends = [...runs.values()].filter((one) => /^session\.(?:started|resumed|ended)/.test(one));
    expect(ends).toEqual(["session.started 1", "session.ended 1", "session.resumed 2", "session.ended 2"]);
  });

  it("sum up to the tokens of their last end", async () => {
    for (const path of [scenario("3-5_workflow-fanout"), scenario("2-8_autonomous"), scenario("1-4_session-resume")]) {
      const events = [
        ...new Map((await steps(path)).flatMap((step) => step.events).map((event) => [event.id, event])).values(),
      ];
      const ended = events.filter(({ type }) => type === "session.ended").at(-1)!;
      const metrics = (ended.data["details"] as { modelMetrics: Record<string, { usage: Record<string, number> }> })
        .modelMetrics;
      const told = events
        .filter(({ type }) => type === "usage.recorded")
        .map(({ data }) => data as Record<string, number>);
      const sum = (of: readonly Record<string, number>[], ...names: readonly string[]): number =>
        of.reduce((all, one) => names.reduce((total, name) => total + (one[name] ?? 0), all), 0);
      const usages = Object.values(metrics).map(({ usage }) => usage);
      expect(sum(told, "outputTokens")).toBe(sum(usages, "outputTokens"));
      expect(sum(told, "inputTokens", "cacheReadTokens", "cacheWriteTokens")).toBe(sum(usages, "inputTokens"));
    }
  });

  it("have the sub-agents of a fan-out inside one session", async () => {
    const found = await steps(scenario("3-5_workflow-fanout"));
    expect(new Set(found.map(({ nativeSession }) => nativeSession)).size).toBe(1);
    const subAgents = new Set(found.flatMap(({ facts }) => facts?.subAgent?.id ?? []));
    expect(subAgents.size).toBe(3);
    expect(found.flatMap(({ facts }) => facts?.prompt ?? []).length).toBeLessThan(
      found.filter(({ events }) => events.some(({ data }) => data["role"] === "user")).length,
    );
  });
});
