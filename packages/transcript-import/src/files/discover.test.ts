import { mkdirSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative, resolve } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder, writeFiles } from "../testing/stores.js";
import { agentFolder, lookAt, measure } from "./discover.js";
import { searchFiles } from "./search.js";

const look = { folder: searchFiles };

it("takes named files and folders, follows no link below them, and says which it left alone", async () => {
  const [folder, outside] = [temporaryFolder(), temporaryFolder()];
  writeFiles(folder, "deep/er/full.jsonl", "deep/note.txt");
  writeFiles(outside, "secret.jsonl", "named.txt");
  symlinkSync(join(outside, "secret.jsonl"), join(folder, "deep/link.jsonl"));
  symlinkSync(outside, join(folder, "deep/folder"));
  const paths = [folder, join(folder, "deep/er/full.jsonl"), join(outside, "named.txt")];
  const { files, skipped } = await measure(await lookAt(paths, look));
  expect(files).toEqual([
    { path: join(folder, "deep/er/full.jsonl"), bytes: 3 },
    { path: join(outside, "named.txt"), bytes: 3 },
  ]);
  expect(new Set(skipped.map(({ path, reason }) => `${reason} ${relative(folder, path)}`))).toEqual(
    new Set(["symlink deep/folder", "symlink deep/link.jsonl"]),
  );
});

it("follows a link that is named", async () => {
  const folder = temporaryFolder();
  writeFiles(folder, "real/one.jsonl");
  symlinkSync("real", join(folder, "link"));
  expect(await lookAt([join(folder, "link")], look)).toEqual([
    { files: [join(folder, "real/one.jsonl")], skipped: [] },
  ]);
});

it("refuses a path that is not there, and names a file that is gone when it is measured", async () => {
  await expect(lookAt(["/no/such/path"], look)).rejects.toMatchObject({ code: "NOT_FOUND", id: "/no/such/path" });
  const gone = join(temporaryFolder(), "gone");
  expect(await measure([{ files: [gone], skipped: [] }])).toEqual({
    files: [],
    skipped: [{ path: gone, reason: "unreadable", detail: "ENOENT" }],
  });
});

it("searches for names with the given ends, judged by their place", async () => {
  const folder = temporaryFolder();
  writeFiles(folder, "a.jsonl", "b.json", "c.txt", "x/a.jsonl", "x/b.json");
  mkdirSync(join(folder, "folder.json"));
  const inX = await searchFiles(folder, ([first]) => first === "x", [".json"]);
  expect(inX).toEqual({ files: [join(folder, "x/b.json")], skipped: [] });
  expect((await searchFiles(folder)).files.toSorted()).toEqual([join(folder, "a.jsonl"), join(folder, "x/a.jsonl")]);
  expect(await searchFiles(join(folder, "none"))).toEqual({ files: [], skipped: [] });
});

it("takes an agent's folder from the environment, unless that is empty", () => {
  expect(agentFolder({ HERE: "/x" }, "HERE", ".agent")).toBe(resolve("/x"));
  for (const env of [{}, { HERE: "" }]) expect(agentFolder(env, "HERE", ".a", "b")).toBe(join(homedir(), ".a", "b"));
});
