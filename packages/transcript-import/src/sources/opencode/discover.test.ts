import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { deriveSessionId } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../../testing/stores.js";
import { opencodeSource } from "./source.js";
import { conversation } from "./testing/conversation.js";
import { importPaths, OLD_MS, prompt, sessionHead, treeIn } from "./testing/trees.js";

describe("discover", () => {
  it("finds trees of both layouts and nothing else of a data folder", async () => {
    const data = temporaryFolder();
    const tree = treeIn(join(data, "opencode"));
    tree.session("ses_1");
    tree.write("message/ses_1/msg_1.json", {});
    tree.write("session/proj/notes.txt", "");
    const old = treeIn(join(data, "opencode/project/-home-me-app"));
    old.write("session/info/ses_2.json", sessionHead("ses_2"));
    old.write("session/message/ses_2/msg_1.json", prompt(OLD_MS));
    old.write("session/part/ses_2/msg_1/prt_1.json", { type: "text", text: "old" });
    const { files, skipped } = await opencodeSource.discover({ env: { XDG_DATA_HOME: data } });
    expect(files.map(({ path }) => relative(data, path))).toEqual([
      "opencode/project/-home-me-app/storage/session/info/ses_2.json",
      "opencode/storage/session/proj/ses_1.json",
    ]);
    expect(skipped).toEqual([]);
    for (const path of [data, join(data, "opencode"), old.storage, join(old.storage, "session")]) {
      const { events } = await importPaths(path);
      expect(events.some(({ data: { text } }) => text === "old")).toBe(true);
    }
    expect(await opencodeSource.discover({ env: { XDG_DATA_HOME: join(data, "none") } })).toEqual({
      files: [],
      skipped: [],
    });
  });

  it("takes a session's file, a project's folder, and leaves other files to other agents", async () => {
    const tree = conversation(temporaryFolder(), []);
    const file = join(tree.storage, "session/proj/ses_1.json");
    expect((await importPaths(file)).sessions).toEqual(new Set(["ses_1"]));
    expect((await importPaths(join(tree.storage, "session/proj"))).sessions).toEqual(new Set(["ses_1"]));
    const other = join(temporaryFolder(), "a.json");
    writeFileSync(other, "{}");
    for (const path of [other, join(tree.storage, "part/msg_1/prt_1.json")]) {
      expect((await opencodeSource.discover({ paths: [path], env: {} })).files).toEqual([]);
    }
    await expect(opencodeSource.discover({ paths: ["/no/such"], env: {} })).rejects.toMatchObject({
      code: "NOT_FOUND",
    });
  });

  it("says that a file in a session's place is none", async () => {
    const folder = temporaryFolder();
    const tree = treeIn(folder);
    for (const [name, content] of Object.entries({ a: "[]", b: "{", c: '{"id":1,"time":{}}', d: '{"id":"x"}' })) {
      tree.write(`session/proj/${name}.json`, content);
    }
    tree.write("message/x/y.json", {});
    expect(await importPaths(folder)).toMatchObject({ events: [], foreign: 4 });
  });

  it("follows no symbolic link, and says so", async () => {
    const [tree, outside] = [conversation(temporaryFolder(), []), conversation(temporaryFolder(), [])];
    symlinkSync(join(outside.storage, "session/proj"), join(tree.storage, "session/linked"));
    symlinkSync(join(outside.storage, "session/proj/ses_1.json"), join(tree.storage, "session/proj/ses_9.json"));
    tree.session("ses_2");
    tree.session("ses_3");
    symlinkSync(join(outside.storage, "message/ses_1"), join(tree.storage, "message/ses_2"));
    mkdirSync(join(tree.storage, "message/ses_3"));
    symlinkSync(join(outside.storage, "message/ses_1/msg_1.json"), join(tree.storage, "message/ses_3/msg_1.json"));
    const { skipped, files } = await opencodeSource.discover({ paths: [tree.storage], env: {} });
    expect(skipped.map(({ reason }) => reason)).toEqual(["symlink", "symlink"]);
    expect(files).toHaveLength(3);
    const { events } = await importPaths(tree.storage);
    const linked = ["ses_2", "ses_3"].map((id) => deriveSessionId("opencode", id));
    const found = events.filter(({ session, type }) => type === "message.sent" && linked.includes(session));
    expect(found).toEqual([]);
  });
});
