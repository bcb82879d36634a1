import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { corpus } from "../../testing/corpus.js";
import { type Reading } from "../../testing/reading.js";
import { readFile, shown } from "../../testing/rollouts.js";

// Real transcripts, kept outside the project. Without them these tests are skipped, which the run's summary shows.
const IRRLICHT = corpus("codex/ingo-eichhorst__Irrlicht");

interface Source {
  readonly file: string;
  readonly agent: string;
  readonly kind: string;
  readonly sids?: readonly string[];
  readonly bad?: number;
}

function listed(): readonly Source[] {
  const sources = JSON.parse(readFileSync(corpus("sources.json"), "utf8")) as readonly Source[];
  return sources.filter(({ file }) => file.endsWith(".jsonl") && existsSync(corpus(file)));
}

const isRollout = ({ agent, kind }: Source): boolean => agent === "codex" && kind !== "sidecar";
const sum = ({ events }: Reading, ...fields: readonly string[]): number =>
  events
    .filter(({ type }) => type === "usage.recorded")
    .reduce((all, { data }) => fields.reduce((one, field) => one + ((data[field] as number | undefined) ?? 0), all), 0);
const texts = (reading: Reading): readonly unknown[] =>
  shown(reading).flatMap(([type, { text, synthetic }]) =>
    type === "message.sent" && synthetic !== true ? [text] : [],
  );
const forked = (name: string): string => join(IRRLICHT, "derived/codex-fork-2/sessions/2026/05/23", name);

describe.skipIf(!existsSync(IRRLICHT))("the shared Codex transcripts", () => {
  it("have the session that their first line names, and no bad line that is not bad", async () => {
    for (const source of listed().filter(isRollout)) {
      const { steps, records, events } = await readFile(corpus(source.file));
      const natives = new Set(records.map(({ nativeSession }) => nativeSession));
      const named = (source.sids ?? []).filter((id) => !id.startsWith("[trimmed"))[0];
      expect([source.file, ...natives]).toEqual([source.file, named ?? basename(source.file, ".jsonl")]);
      expect(steps.filter(({ kind }) => kind === "bad")).toHaveLength(source.bad ?? 0);
      expect(new Set(events.map(({ id }) => id)).size).toBe(events.length);
      expect(events.filter(({ type }) => type === "session.started")).toHaveLength(1);
    }
  });

  it("are told from those of all other agents", { timeout: 120_000 }, async () => {
    for (const source of listed().filter((one) => !isRollout(one))) {
      expect([source.file, (await readFile(corpus(source.file))).steps[0]?.kind]).toEqual([source.file, "foreign"]);
    }
  });

  it("have the usage that their last total says", async () => {
    for (const source of listed().filter((one) => isRollout(one) && one.sids?.length === 1)) {
      const content = readFileSync(corpus(source.file), "utf8");
      const last = [...content.matchAll(/"total_token_usage":\{"input_tokens":(\d+)[^}]*?"output_tokens":(\d+)/g)].at(
        -1,
      );
      const reading = await readFile(corpus(source.file));
      expect([source.file, sum(reading, "inputTokens", "cacheReadTokens", "cacheWriteTokens")]).toEqual([
        source.file,
        Number(last?.[1] ?? 0),
      ]);
      expect(sum(reading, "outputTokens")).toBe(Number(last?.[2] ?? 0));
    }
  });

  it("a fork comes from its parent and has only what is its own", async () => {
    const [parent, child] = ["019e5615-1ef8-7270-b988-4f52f86449a4", "019e5615-9632-7740-b2cf-3061e4ff06e2"];
    const older = await readFile(forked(`rollout-2026-05-23T20-24-45-${parent}.jsonl`));
    const younger = await readFile(forked(`rollout-2026-05-23T20-25-15-${child}.jsonl`));
    expect(younger.facts.flatMap(({ link }) => link ?? [])).toEqual([{ kind: "fork", native: parent }]);
    expect(texts(older)).toEqual([
      "Reply with exactly the word: one",
      "one",
      "Reply with exactly the word: two",
      "two",
    ]);
    expect(texts(younger)).toEqual(["Reply with exactly the word: three", "three"]);
    expect(sum(younger, "inputTokens", "cacheReadTokens", "outputTokens")).toBe(30_300);
    // Both begin with the same turn.
    expect(younger.facts.find(({ uuid }) => uuid !== undefined)?.uuid).toBe(
      older.facts.find(({ uuid }) => uuid !== undefined)?.uuid,
    );
  });

  it("a new thread in the same process is a session without a link", async () => {
    const folder = join(IRRLICHT, "derived/codex-reset/sessions/2026/05/25");
    const names = [
      "rollout-2026-05-25T00-26-41-019e5c18-fa37-74a3-b799-e84966fe1c30.jsonl",
      "rollout-2026-05-25T00-27-05-019e5c19-5842-77f0-9417-0ad6552cd62b.jsonl",
    ];
    const readings = await Promise.all(names.map((name) => readFile(join(folder, name))));
    expect(new Set(readings.map(({ records }) => records[0]?.session)).size).toBe(2);
    expect(readings.flatMap(({ facts }) => facts.flatMap(({ link }) => link ?? []))).toEqual([]);
    // The name has local time; the record says when.
    expect(readings[0]?.events[0]?.time).toBe("2026-05-24T22:26:41.335Z");
  });

  it("sub-agents come from the thread that started them", async () => {
    const root = "019f6249-055d-76d3-b381-cd9d3eb99189";
    const rollouts = listed().filter(({ file }) => file.includes("subagent-parent-link/rollouts"));
    const readings = await Promise.all(rollouts.map(({ file }) => readFile(corpus(file))));
    expect(readings.map(({ facts }) => facts[0]?.link)).toEqual([
      undefined,
      ...Array.from({ length: 3 }, () => ({ kind: "sub-agent", native: root })),
    ]);
  });
});
