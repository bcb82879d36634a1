import { existsSync } from "node:fs";
import { join } from "node:path";
import { type NativeSessionId } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { type ReadStep, type RecordFacts } from "../../source.js";
import { corpus, expectImport, listedFiles } from "../../testing/corpus.js";
import { claudeSource } from "../claude/source.js";
import { geminiSource } from "./source.js";

// Real transcripts, kept outside the project. Without them these tests are skipped, which the run's summary shows.
const GEMINI = corpus("gemini-cli");
const IRRLICHT = join(GEMINI, "ingo-eichhorst__Irrlicht");
const sources = [claudeSource, geminiSource];

/** The chats among the files that `sources.json` lists. */
function listed(): readonly string[] {
  const others = /(?:\/events\.jsonl|\/(?:manifest|metadata|schema_drift)\.json)$/;
  return listedFiles(({ agent, file }) => agent === "gemini-cli" && !others.test(file));
}

async function steps(path: string): Promise<Extract<ReadStep, { kind: "record" }>[]> {
  const found: Extract<ReadStep, { kind: "record" }>[] = [];
  for await (const step of geminiSource.read({ path, bytes: 0 })) {
    expect(step.kind).toBe("record");
    if (step.kind === "record") found.push(step);
  }
  return found;
}

const natives = (of: readonly { nativeSession: NativeSessionId }[]): readonly string[] => [
  ...new Set(of.map((one) => one.nativeSession)),
];
const factsOf = (of: readonly { facts?: RecordFacts }[]): readonly RecordFacts[] =>
  of.flatMap(({ facts }) => facts ?? []);

describe.skipIf(!existsSync(GEMINI))("the shared Gemini CLI transcripts", () => {
  it("import without an error, and the second time add nothing", { timeout: 120_000 }, async () => {
    await expectImport("gemini", listed(), sources);
  });

  const scenario = (name: string): string => listed().find((path) => path.includes(`/scenarios/${name}`))!;

  it("keep their id on a resume, which adds only what follows", async () => {
    const found = await steps(scenario("1-4_session-resume"));
    expect(natives(found)).toEqual(["466977ef-c700-430d-a19a-4c5f7883caca"]);
    const texts = found.flatMap(({ events }) =>
      events.filter(({ type }) => type === "message.sent").map(({ data }) => data["text"]),
    );
    expect(texts.slice(1)).toEqual([
      "Reply with exactly the word: ok",
      "ok",
      "Reply with exactly the word: again",
      "again",
    ]);
  });

  it("are two sessions without a link on either side of a clear, whose context is no lineage", async () => {
    const [before, after] = [
      await steps(join(IRRLICHT, "derived/gemini-clear/chats/session-2026-06-12T10-27-6ac3542c.jsonl")),
      await steps(join(IRRLICHT, "derived/gemini-clear/chats/session-2026-06-12T10-28-1a4f2a8e.jsonl")),
    ];
    expect([natives(before), natives(after)]).toEqual([
      ["6ac3542c-2d26-4f3f-8cc1-367561809195"],
      ["1a4f2a8e-b43a-454d-adec-f72d8d92882a"],
    ]);
    const all = [...factsOf(before), ...factsOf(after)];
    expect(all.flatMap(({ link }) => link ?? [])).toEqual([]);
    const uuids = (of: typeof before): readonly string[] => factsOf(of).flatMap(({ uuid }) => uuid ?? []);
    expect(uuids(before).filter((uuid) => uuids(after).includes(uuid))).toEqual([]);
    expect(uuids(before)[0]).not.toMatch(/^d04923/);
    // Both were begun in one directory, which the context names.
    expect(new Set(all.flatMap(({ cwd }) => cwd ?? [])).size).toBe(1);
  });

  it("tell a rewind with what it took back", async () => {
    const events = (await steps(scenario("1-6_checkpoint-rewind"))).flatMap((step) => step.events);
    const rewound = events.filter(({ type }) => type === "gemini.rewound").map(({ data }) => data);
    expect(rewound).toEqual([{ to: "2ea7a312-297c-49e8-9c8e-4a21d834cb3b", messages: 2, found: true }]);
    expect(events.some(({ data }) => data["text"] === "two")).toBe(true);
    expect(events.some(({ type }) => type === "context.compacted")).toBe(false);
  });
});
