import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../testing/stores.js";
import { discoverChats } from "./discover.js";

function write(folder: string, ...names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    writeFileSync(join(folder, name), "{}\n");
  }
}

const CHAT = "session-2026-01-02T03-04-11111111";

it("finds chats of both forms, and those of sub-agents behind them", async () => {
  const home = temporaryFolder();
  const wanted = [
    `.gemini/tmp/a1b2/chats/${CHAT}.json`,
    `.gemini/tmp/a1b2/chats/${CHAT}.jsonl`,
    `.gemini/tmp/my-project/chats/${CHAT}.jsonl`,
    ".gemini/tmp/my-project/chats/11111111-1111-4111-8111-111111111111/sub.jsonl",
  ];
  write(home, ...wanted, ".gemini/tmp/a1b2/logs.json", ".gemini/tmp/a1b2/chats/notes.txt", ".gemini/settings.json");
  write(home, ".gemini/tmp/a1b2/checkpoint-x.json", ".gemini/tmp/a1b2/tool-outputs/session-x/out.jsonl");
  const { files, skipped } = await discoverChats({ env: { GEMINI_CLI_HOME: home } });
  expect(files.map(({ path }) => relative(home, path))).toEqual(wanted);
  expect(skipped).toEqual([]);
});

it("takes any file that is named, and from a folder what may be a chat", async () => {
  const folder = temporaryFolder();
  write(folder, "deep/any.jsonl", `deep/${CHAT}.json`, "deep/package.json", "chats/x.json", "one.json");
  const found = await discoverChats({ paths: [folder, join(folder, "one.json")], env: {} });
  const names = found.files.map(({ path }) => relative(folder, path)).toSorted();
  expect(names).toEqual(["chats/x.json", "deep/any.jsonl", `deep/${CHAT}.json`, "one.json"]);
});

it("names links below a folder and follows one that is named", async () => {
  const folder = temporaryFolder();
  write(folder, `real/${CHAT}.jsonl`);
  symlinkSync("real", join(folder, "link"));
  const below = await discoverChats({ paths: [folder], env: {} });
  expect(below.skipped).toEqual([{ path: join(folder, "link"), reason: "symlink" }]);
  expect((await discoverChats({ paths: [join(folder, "link")], env: {} })).files).toHaveLength(1);
});

it("refuses a path that is not there; a home without chats has none", async () => {
  const folder = temporaryFolder();
  const missing = discoverChats({ paths: [join(folder, "none")], env: {} });
  await expect(missing).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(await discoverChats({ env: { GEMINI_CLI_HOME: folder } })).toEqual({ files: [], skipped: [] });
});
