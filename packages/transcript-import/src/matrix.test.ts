import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { corpus, corpusStore, type GraphNode, hasCorpus } from "./testing/corpus.js";

// The cases for which it is known what really happened. Each is run over real files, which are not part of the project.

const entire = (...parts: readonly string[]): string => corpus("claude-code", "entireio__cli", ...parts, "full.jsonl");
const derived = (agent: string, name: string): string => corpus(agent, "ingo-eichhorst__Irrlicht", "derived", name);

const FORK = entire("ea", "59bf8d9e0b", "2");
const ORIGINAL = entire("ea", "59bf8d9e0b", "0");
const SLICE = entire("ea", "cf5c355b86", "0");

const natives = (graph: readonly GraphNode[]): string[] =>
  graph.map((node) => node.natives.map((one) => one.split(" ")[1]?.slice(0, 8)).join());
const edges = (graph: readonly GraphNode[]): string[] =>
  graph.flatMap(({ natives: [child], parent, kind }) =>
    parent === undefined ? [] : [`${child?.split(" ")[1]?.slice(0, 8)} ${kind} of ${parent.slice(0, 8)}`],
  );

/** The graph after importing the files one at a time. */
async function graphOf(...files: readonly string[]): Promise<readonly GraphNode[]> {
  const store = corpusStore();
  for (const file of files) await store.import(file);
  return await store.graph();
}

describe.skipIf(!hasCorpus(ORIGINAL, FORK, SLICE))("a fork of Claude Code", () => {
  it("is two sessions with one edge over 34 shared records, in any order, and a slice is no third one", async () => {
    const all = await graphOf(ORIGINAL, FORK, SLICE);
    expect(natives(all)).toEqual(["b4dcf65c", "e1bc91d1"]);
    expect(edges(all)).toHaveLength(1);
    expect(all.find(({ kind }) => kind === "fork")?.shared).toBe("34");
    for (const order of [
      [FORK, ORIGINAL, SLICE],
      [SLICE, FORK, ORIGINAL],
      [SLICE, ORIGINAL, FORK],
      [FORK, SLICE, ORIGINAL],
    ]) {
      expect(await graphOf(...order)).toEqual(all);
    }
    const together = corpusStore();
    await together.import(SLICE, FORK, ORIGINAL);
    expect(await together.graph()).toEqual(all);
  });

  it("stays as it is when everything is imported again", async () => {
    const store = corpusStore();
    await store.import(ORIGINAL, FORK);
    const before = await store.graph();
    const { lastSeq } =
      (await store.registry.find({ limit: 1 })).length > 0 ? { lastSeq: JSON.stringify(before) } : { lastSeq: "" };
    await store.import(FORK, ORIGINAL);
    expect(JSON.stringify(await store.graph())).toBe(lastSeq);
  });
});

describe.skipIf(!hasCorpus(derived("claude-code", "claude-resume")))("a resume of Claude Code", () => {
  it("is one session that grew", async () => {
    const store = corpusStore();
    const first = await store.import(`${derived("claude-code", "claude-resume")}/before`);
    const second = await store.import(`${derived("claude-code", "claude-resume")}/after`);
    expect(first.newSessions).toBe(1);
    expect([second.newSessions, second.added > 0]).toEqual([0, true]);
    expect(natives(await store.graph())).toEqual(["628b6a8c"]);
    expect((await store.import(`${derived("claude-code", "claude-resume")}/before`)).added).toBe(0);
  });
});

describe.skipIf(!hasCorpus(derived("claude-code", "claude-clear-1")))("a clear", () => {
  it.each(["claude-clear-1", "claude-clear-2"])("%s: two sessions, and no edge without a hook's word", async (name) => {
    const graph = await graphOf(derived("claude-code", name));
    expect(graph).toHaveLength(2);
    expect(edges(graph)).toEqual([]);
  });

  it("two sessions at once in one folder are two", async () => {
    const graph = await graphOf(derived("claude-code", "claude-two-sessions-same-cwd"));
    expect(natives(graph)).toEqual(["047f17d6", "ffa827ea"]);
    expect(edges(graph)).toEqual([]);
  });
});

describe.skipIf(!hasCorpus(entire("8c", "fa910f8ef9", "5")))("two ids in one file", () => {
  it("are two sessions, and the report says so", async () => {
    const store = corpusStore();
    const report = await store.import(entire("8c", "fa910f8ef9", "5"));
    expect(report.filesWithSeveralSessions).toBe(1);
    expect(await store.graph()).toHaveLength(2);
  });
});

const HOLDER = entire("8e", "ce5fc12e98", "0");
const TITLED = entire("6c", "3e73767733", "0");

describe.skipIf(!hasCorpus(HOLDER, TITLED))("titles in another session's file", () => {
  it("go to the session whose records they name, in any order, and make no edge", async () => {
    const graph = await graphOf(HOLDER, TITLED);
    expect(natives(graph)).toEqual(["68d61609", "cc432c40"]);
    expect(edges(graph)).toEqual([]);
    const [titled, holder] = graph;
    expect(titled?.foreignTitles?.length).toBeGreaterThan(0);
    expect(holder?.foreignTitles).toBeUndefined();
    expect(await graphOf(TITLED, HOLDER)).toEqual(graph);
  });
});

const SPOTTER = corpus("claude-code", "marot__spotter", "test", "fixtures", "transcripts");
const OLD_PLACE = corpus("claude-code", "d-kimuson__claude-code-viewer", "mock-global-claude-dir");

describe.skipIf(!hasCorpus(SPOTTER, OLD_PLACE))("sub-agents of Claude Code", () => {
  it("belong to their parent and are no sessions", async () => {
    const graph = await graphOf(SPOTTER);
    expect(natives(graph)).toEqual(["258c7280"]);
    expect(graph[0]?.subAgents).toEqual(["a881341", "acompact-fffbd0"]);
  });

  it("also in the old place beside their parent's file", async () => {
    const graph = await graphOf(OLD_PLACE);
    const sessions = readdirSync(`${OLD_PLACE}/projects/sample-project`).filter((name) => !name.startsWith("agent-"));
    expect(graph.length).toBeLessThanOrEqual(sessions.length);
    expect(graph.flatMap(({ subAgents = [] }) => subAgents).length).toBeGreaterThan(0);
  });
});

const CODEX_FORK = derived("codex", "codex-fork-2");

describe.skipIf(!hasCorpus(CODEX_FORK, derived("gemini-cli", "gemini-clear"), derived("copilot-cli", "copilot-new")))(
  "other agents",
  () => {
    it("a fork of Codex is a child of the thread it names", async () => {
      const graph = await graphOf(CODEX_FORK);
      expect(graph).toHaveLength(2);
      expect(graph.map(({ kind }) => kind)).toEqual([undefined, "fork"]);
      expect(graph[1]?.parent).toBe(graph[0]?.natives[0]?.split(" ")[1]);
    });

    it.each([
      ["codex", "codex-reset"],
      ["gemini-cli", "gemini-clear"],
      ["copilot-cli", "copilot-new"],
    ])("%s: a new conversation is a session without an edge", async (agent, name) => {
      const graph = await graphOf(derived(agent, name));
      expect(graph).toHaveLength(2);
      expect(edges(graph)).toEqual([]);
    });
  },
);

/** The same order each time, and not the one in which the files are found. */
function shuffled<T>(list: readonly T[], seed: number): readonly T[] {
  const keyed = list.map((item, at) => ({ item, key: Math.imul(at + 1, 2654435761 + seed) >>> 0 }));
  return keyed.toSorted((a, b) => a.key - b.key).map(({ item }) => item);
}

describe.skipIf(!hasCorpus(corpus("claude-code"), corpus("codex")))("everything there is", () => {
  const agents = ["claude-code", "codex", "gemini-cli", "copilot-cli", "opencode"];

  it("has one fork of Claude Code, adds nothing the second time, and looks the same in another order", async () => {
    const store = corpusStore();
    const { perFile } = await store.import(...agents.map((agent) => corpus(agent)));
    const graph = await store.graph();
    const claude = graph.filter(({ natives: [native] }) => native?.startsWith("claude "));
    expect(claude.filter(({ kind }) => kind === "fork")).toHaveLength(1);
    expect(claude.filter(({ kind }) => kind !== undefined && kind !== "fork")).toEqual([]);
    const again = await store.import(...agents.map((agent) => corpus(agent)));
    expect(again.added).toBe(0);
    expect(await store.graph()).toEqual(graph);

    const other = corpusStore();
    for (const part of [0, 1, 2]) {
      const paths = shuffled(perFile, 7).map(({ path }) => path);
      await other.import(...paths.filter((_, at) => at % 3 === part));
    }
    expect(await other.graph()).toEqual(graph);
  });
});
