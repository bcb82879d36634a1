import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../testing/stores.js";
import { discoverEvents } from "./discover.js";

const SESSION = "11111111-1111-4111-8111-111111111111";

function write(folder: string, ...names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    writeFileSync(join(folder, name), "{}\n");
  }
}

it("finds the events of each session, and names the sessions of the old form", async () => {
  const home = temporaryFolder();
  const wanted = [`session-state/${SESSION}.jsonl`, `session-state/${SESSION}/events.jsonl`];
  write(home, ...wanted, `session-state/${SESSION}/files/data.jsonl`, `session-state/${SESSION}/workspace.yaml`);
  write(home, "history-session-state/session_1_2.json", "logs/x.jsonl");
  const { files, skipped } = await discoverEvents({ env: { COPILOT_HOME: home } });
  expect(files.map(({ path }) => relative(home, path))).toEqual(wanted);
  expect(skipped).toEqual([{ path: join(home, "history-session-state/session_1_2.json"), reason: "no-transcript" }]);
});

it("takes any file that is named, and all lines of JSON from a folder", async () => {
  const folder = temporaryFolder();
  write(folder, "a/events.jsonl", "b/transcript.jsonl", "c.txt", "one.log");
  symlinkSync("a", join(folder, "link"));
  const { files, skipped } = await discoverEvents({ paths: [folder, join(folder, "one.log")], env: {} });
  expect(files.map(({ path }) => relative(folder, path))).toEqual(["a/events.jsonl", "b/transcript.jsonl", "one.log"]);
  expect(skipped).toEqual([{ path: join(folder, "link"), reason: "symlink" }]);
});

it("refuses a path that is not there; a home without sessions has none", async () => {
  const folder = temporaryFolder();
  const missing = discoverEvents({ paths: [join(folder, "none")], env: {} });
  await expect(missing).rejects.toMatchObject({ code: "NOT_FOUND" });
  expect(await discoverEvents({ env: { COPILOT_HOME: folder } })).toEqual({ files: [], skipped: [] });
});
