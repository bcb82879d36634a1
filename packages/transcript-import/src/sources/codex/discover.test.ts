import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, it } from "vitest";
import { uuidTime } from "../../records/uuid.js";
import { id } from "../../testing/rollouts.js";
import { temporaryFolder } from "../../testing/stores.js";
import { discoverRollouts } from "./discover.js";
import { readFileName } from "./file-name.js";

function write(folder: string, ...names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    writeFileSync(join(folder, name), "{}\n");
  }
}

it("finds rollouts by date, flat and archived, in the order in which they began", async () => {
  const home = temporaryFolder();
  const wanted = [
    `archived_sessions/rollout-2026-01-01T00-00-00-${id(0)}.jsonl`,
    `sessions/2026/01/02/rollout-2026-01-02T00-00-00-${id(1)}.jsonl`,
    `sessions/rollout-2026-01-03T00-00-00-${id(2)}.jsonl`,
    `sessions/2026/01/04/rollout-2026-01-04T00-00-00-${id(3)}.jsonl`,
  ];
  write(home, ...wanted.toReversed(), "history.jsonl", "sessions/2026/01/02/notes.jsonl", "sessions/rollout-x.json");
  const { files, skipped } = await discoverRollouts({ env: { CODEX_HOME: home } });
  expect(files.map(({ path }) => relative(home, path))).toEqual(wanted);
  expect(files.every(({ bytes }) => bytes === 3)).toBe(true);
  expect(skipped).toEqual([]);
});

it("has nothing to find where Codex never ran", async () => {
  const env = { CODEX_HOME: join(temporaryFolder(), "none") };
  expect(await discoverRollouts({ env })).toEqual({ files: [], skipped: [] });
});

it("takes named files and folders, follows no link below them, and says which it left alone", async () => {
  const [folder, outside] = [temporaryFolder(), temporaryFolder()];
  write(folder, "deep/er/full.jsonl", "deep/note.txt");
  write(outside, "secret.jsonl", "named.txt");
  symlinkSync(join(outside, "secret.jsonl"), join(folder, "deep/link.jsonl"));
  symlinkSync(outside, join(folder, "deep/folder"));
  const paths = [folder, join(folder, "deep/er/full.jsonl"), join(outside, "named.txt")];
  const { files, skipped } = await discoverRollouts({ paths, env: {} });
  expect(new Set(files.map(({ path }) => path))).toEqual(
    new Set([join(folder, "deep/er/full.jsonl"), join(outside, "named.txt")]),
  );
  expect(new Set(skipped.map(({ path, reason }) => `${reason} ${relative(folder, path)}`))).toEqual(
    new Set(["symlink deep/folder", "symlink deep/link.jsonl"]),
  );
  await expect(discoverRollouts({ paths: ["/no/such/path"], env: {} })).rejects.toMatchObject({ code: "NOT_FOUND" });
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
