import { join, relative } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder, writeFiles } from "../../testing/stores.js";
import { discoverTranscripts } from "./discover.js";
import { readFileName } from "./file-name.js";

const SESSION = "11111111-1111-4111-8111-111111111111";

it("finds main files and sub-agents in the three places, main files first", async () => {
  const config = temporaryFolder();
  const wanted = [
    `projects/-a/${SESSION}.jsonl`,
    "projects/-a/agent-0ld.jsonl",
    `projects/-a/${SESSION}/subagents/agent-1.jsonl`,
    `projects/-a/${SESSION}/subagents/workflows/wf_1/agent-2.jsonl`,
    `projects/-b/${SESSION}.jsonl`,
  ];
  writeFiles(config, ...wanted, `projects/-a/${SESSION}/subagents/workflows/wf_1/journal.jsonl`, "history.jsonl");
  writeFiles(
    config,
    "projects/-a/memory/notes.jsonl",
    `projects/-a/${SESSION}/subagents/agent-1.meta.json`,
    "projects/x.jsonl",
  );
  const { files, skipped } = await discoverTranscripts({ env: { CLAUDE_CONFIG_DIR: config } });
  const found = files.map(({ path }) => relative(config, path));
  expect(new Set(found)).toEqual(new Set(wanted));
  expect(found[0]).toBe(wanted[0]);
  expect(found.at(-1)).toBe(wanted[4]);
  expect(skipped).toEqual([]);
});

it("has nothing to find where Claude Code never ran", async () => {
  const env = { CLAUDE_CONFIG_DIR: join(temporaryFolder(), "none") };
  expect(await discoverTranscripts({ env })).toEqual({ files: [], skipped: [] });
});

it("takes any lines of JSON below a named folder but a workflow's journal", async () => {
  const folder = temporaryFolder();
  writeFiles(folder, "deep/er/full.jsonl", "deep/note.txt", "wf/journal.jsonl");
  const { files } = await discoverTranscripts({ paths: [folder], env: {} });
  expect(files.map(({ path }) => path)).toEqual([join(folder, "deep/er/full.jsonl")]);
});

it("knows what the place of a file says", () => {
  expect(readFileName(`/p/-a/${SESSION}.jsonl`)).toMatchObject({ session: SESSION, agentId: undefined });
  expect(readFileName(`/p/-a/${SESSION}/subagents/agent-a1.jsonl`)).toMatchObject({ session: SESSION, agentId: "a1" });
  expect(readFileName(`/p/${SESSION}/subagents/workflows/wf/agent-a2.jsonl`)).toMatchObject({
    session: SESSION,
    agentId: "a2",
  });
  expect(readFileName("/p/-a/agent-a3.jsonl")).toMatchObject({ session: undefined, agentId: "a3" });
  expect(readFileName("/p/work/notes.jsonl")).toMatchObject({ session: undefined, fallback: "notes" });
  expect(readFileName("/p/work/full.jsonl")).toMatchObject({ fallback: "work" });
  expect(readFileName("/p/59bf8d9e0b/0/full.jsonl")).toMatchObject({ fallback: "59bf8d9e0b/0" });
});
