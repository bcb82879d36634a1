import { join, relative } from "node:path";
import { expect, it } from "vitest";
import { uuidTime } from "../../records/uuid.js";
import { id } from "../../testing/rollouts.js";
import { temporaryFolder, writeFiles } from "../../testing/stores.js";
import { discoverRollouts } from "./discover.js";
import { readFileName } from "./file-name.js";

it("finds rollouts by date, flat and archived, in the order in which they began", async () => {
  const home = temporaryFolder();
  const wanted = [
    `archived_sessions/rollout-2026-01-01T00-00-00-${id(0)}.jsonl`,
    `sessions/2026/01/02/rollout-2026-01-02T00-00-00-${id(1)}.jsonl`,
    `sessions/rollout-2026-01-03T00-00-00-${id(2)}.jsonl`,
    `sessions/2026/01/04/rollout-2026-01-04T00-00-00-${id(3)}.jsonl`,
  ];
  writeFiles(
    home,
    ...wanted.toReversed(),
    "history.jsonl",
    "sessions/2026/01/02/notes.jsonl",
    "sessions/rollout-x.json",
  );
  const { files, skipped } = await discoverRollouts({ env: { CODEX_HOME: home } });
  expect(files.map(({ path }) => relative(home, path))).toEqual(wanted);
  expect(files.every(({ bytes }) => bytes === 3)).toBe(true);
  expect(skipped).toEqual([]);
});

it("has nothing to find where Codex never ran", async () => {
  const env = { CODEX_HOME: join(temporaryFolder(), "none") };
  expect(await discoverRollouts({ env })).toEqual({ files: [], skipped: [] });
});

it("takes any lines of JSON below a named folder", async () => {
  const folder = temporaryFolder();
  writeFiles(folder, "deep/er/full.jsonl", "deep/note.txt");
  const { files } = await discoverRollouts({ paths: [folder], env: {} });
  expect(files.map(({ path }) => path)).toEqual([join(folder, "deep/er/full.jsonl")]);
});

it("knows what a name says", () => {
  expect(readFileName(`/x/rollout-2026-01-02T03-04-05-${id(0)}.jsonl`)).toMatchObject({
    thread: id(0),
    started: "2026-01-02T03-04-05",
  });
  expect(readFileName("/x/rollout-2026-01-02T03-04-05-mine.jsonl").thread).toBeUndefined();
  expect(readFileName("/x/full.jsonl")).toEqual({ thread: undefined, started: undefined, fallback: "full" });
  expect(uuidTime("019e5615-9632-7740-b2cf-3061e4ff06e2")).toBe(Date.parse("2026-05-23T18:25:15.826Z"));
  expect(uuidTime("11111111-1111-4111-8111-111111111111")).toBeUndefined();
  expect(uuidTime("x")).toBeUndefined();
});
