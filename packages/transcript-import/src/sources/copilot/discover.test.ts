import { join, relative } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder, writeFiles } from "../../testing/stores.js";
import { discoverEvents } from "./discover.js";

const SESSION = "11111111-1111-4111-8111-111111111111";

it("finds the events of each session, and names the sessions of the old form", async () => {
  const home = temporaryFolder();
  const wanted = [`session-state/${SESSION}.jsonl`, `session-state/${SESSION}/events.jsonl`];
  writeFiles(home, ...wanted, `session-state/${SESSION}/files/data.jsonl`, `session-state/${SESSION}/workspace.yaml`);
  writeFiles(home, "history-session-state/session_1_2.json", "logs/x.jsonl");
  const { files, skipped } = await discoverEvents({ env: { COPILOT_HOME: home } });
  expect(files.map(({ path }) => relative(home, path))).toEqual(wanted);
  expect(skipped).toEqual([
    { path: join(home, "history-session-state/session_1_2.json"), reason: "unsupported", detail: expect.any(String) },
  ]);
});

it("takes any file that is named, and all lines of JSON from a folder", async () => {
  const folder = temporaryFolder();
  writeFiles(folder, "a/events.jsonl", "b/transcript.jsonl", "c.txt", "one.log");
  const { files } = await discoverEvents({ paths: [folder, join(folder, "one.log")], env: {} });
  expect(files.map(({ path }) => relative(folder, path))).toEqual(["a/events.jsonl", "b/transcript.jsonl", "one.log"]);
});

it("has nothing to find where Copilot CLI never ran", async () => {
  expect(await discoverEvents({ env: { COPILOT_HOME: temporaryFolder() } })).toEqual({ files: [], skipped: [] });
});
