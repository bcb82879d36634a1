import { expect, it } from "vitest";
import { temporaryFolder, testStore } from "../../testing/stores.js";
import { opencodeSource } from "./source.js";
import { conversation } from "./testing/conversation.js";
import { answer, OLD_MS } from "./testing/trees.js";

it("goes into a log once, and then what is new", async () => {
  const tree = conversation(temporaryFolder(), [{ type: "text", text: "done" }]);
  const store = testStore();
  const sources = [opencodeSource];
  expect(await store.import([tree.storage], { sources })).toMatchObject({
    files: 1,
    sessions: 1,
    added: 4,
    failedFiles: 0,
  });
  expect(await store.import([tree.storage], { sources })).toMatchObject({ added: 0, alreadyThere: 4 });
  tree.message("ses_1", "msg_3", answer(OLD_MS + 20_000, OLD_MS + 30_000));
  tree.part("msg_3", "prt_1", { type: "text", text: "more" });
  expect(await store.import([tree.storage], { sources })).toMatchObject({ added: 1, alreadyThere: 4 });
  expect((await store.events("ses_1", "opencode")).map(({ type }) => type)).toEqual([
    "session.started",
    "message.sent",
    "message.sent",
    "session.titled",
    "message.sent",
  ]);
});
