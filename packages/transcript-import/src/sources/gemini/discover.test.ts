import { join, relative } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder, writeFiles } from "../../testing/stores.js";
import { discoverChats } from "./discover.js";

const CHAT = "session-2026-01-02T03-04-11111111";

it("finds chats of both forms, and those of sub-agents behind them", async () => {
  const home = temporaryFolder();
  const wanted = [
    `.gemini/tmp/a1b2/chats/${CHAT}.json`,
    `.gemini/tmp/a1b2/chats/${CHAT}.jsonl`,
    `.gemini/tmp/my-project/chats/${CHAT}.jsonl`,
    ".gemini/tmp/my-project/chats/11111111-1111-4111-8111-111111111111/sub.jsonl",
  ];
  writeFiles(
    home,
    ...wanted,
    ".gemini/tmp/a1b2/logs.json",
    ".gemini/tmp/a1b2/chats/notes.txt",
    ".gemini/settings.json",
  );
  writeFiles(home, ".gemini/tmp/a1b2/checkpoint-x.json", ".gemini/tmp/a1b2/tool-outputs/session-x/out.jsonl");
  const { files, skipped } = await discoverChats({ env: { GEMINI_CLI_HOME: home } });
  expect(files.map(({ path }) => relative(home, path))).toEqual(wanted);
  expect(skipped).toEqual([]);
});

it("takes any file that is named, and from a folder what may be a chat", async () => {
  const folder = temporaryFolder();
  writeFiles(folder, "deep/any.jsonl", `deep/${CHAT}.json`, "deep/package.json", "chats/x.json", "one.json");
  const found = await discoverChats({ paths: [folder, join(folder, "one.json")], env: {} });
  const names = found.files.map(({ path }) => relative(folder, path)).toSorted();
  expect(names).toEqual(["chats/x.json", "deep/any.jsonl", `deep/${CHAT}.json`, "one.json"]);
});

it("has nothing to find where Gemini CLI never ran", async () => {
  expect(await discoverChats({ env: { GEMINI_CLI_HOME: temporaryFolder() } })).toEqual({ files: [], skipped: [] });
});
