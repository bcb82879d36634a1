import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type JsonObject } from "@agentlog/types";
import { anyEventSchema } from "@agentlog/types/schemas";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../testing/stores.js";
import { answer, importPaths, OLD_MS, prompt, treeIn } from "./testing/trees.js";

const ODD = [
  null,
  true,
  -1,
  1e300,
  "",
  "x",
  [],
  [1],
  {},
  { a: [] },
  "../../etc",
  { status: [] },
  { start: "x", end: {} },
];

it("takes any type in any field", async () => {
  const tree = treeIn(temporaryFolder());
  const fields = [
    "type",
    "text",
    "time",
    "state",
    "tool",
    "callID",
    "tokens",
    "cost",
    "files",
    "url",
    "metadata",
    "auto",
  ];
  const types = ["text", "reasoning", "tool", "compaction", "patch", "file", "step-finish", "model-switched"];
  ODD.forEach((odd, at) => {
    const session = `ses_${at}`;
    const head = { parentID: odd, directory: odd, title: odd, version: odd, revert: odd, time: { created: odd } };
    tree.session(session, head as JsonObject);
    tree.message(session, `msg_${at}`, { role: odd, time: odd, model: odd, modelID: odd, error: odd } as JsonObject);
    tree.message(session, `msx_${at}`, { ...answer(OLD_MS, OLD_MS), tokens: odd, path: odd, finish: odd });
    types.forEach((type, t) => {
      fields.forEach((field, f) => {
        const whole = {
          type,
          text: "t",
          tool: "write",
          state: { status: "completed", input: odd, metadata: odd, time: odd },
        };
        tree.part(`msx_${at}`, `prt_${t}_${f}`, { ...whole, [field]: odd } as JsonObject);
      });
    });
  });
  const { events, bad, sessions } = await importPaths(tree.storage);
  expect(bad).toEqual([]);
  expect(sessions.size).toBe(ODD.length);
  const broken = events.flatMap((event, seq) => anyEventSchema.safeParse({ ...event, seq }).error?.issues ?? []);
  expect(broken).toEqual([]);
});

it("never makes a path of an id that is no plain name", async () => {
  const folder = temporaryFolder();
  const tree = treeIn(join(folder, "opencode"));
  // What a path made of such an id would lead to.
  mkdirSync(join(folder, "secret"));
  writeFileSync(join(folder, "secret/msg_1.json"), JSON.stringify({ id: "msg_1", ...prompt(OLD_MS) }));
  for (const [stem, id] of [
    ["ses_1", "../../../secret"],
    ["ses_2", "."],
    ["ses_3", "a/b"],
    ["ses_4", `${folder}/secret`],
    ["ses_5", "a\0b"],
    ["ses_6", "x".repeat(5000)],
  ] as const) {
    tree.write(`session/proj/${stem}.json`, { id, time: { created: OLD_MS } });
  }
  tree.write("message/ses_1/msg_2.json", { ...prompt(OLD_MS), id: "../../../secret", sessionID: "../../../secret" });
  tree.write("part/msg_2/prt_1.json", { type: "text", text: "mine", messageID: "../x", sessionID: "/" });
  const { sessions, events } = await importPaths(tree.storage);
  expect(sessions).toEqual(new Set(["ses_1", "ses_2", "ses_3", "ses_4", "ses_5", "ses_6"]));
  expect(events.filter(({ type }) => type === "message.sent").map(({ data }) => data["text"])).toEqual(["mine"]);
});

it("goes on after what it cannot read", async () => {
  const tree = treeIn(temporaryFolder());
  tree.session("ses_1");
  tree.write("message/ses_1/msg_1.json", "[]");
  tree.write("message/ses_1/msg_2.json", { ...prompt(OLD_MS) });
  tree.write("part/msg_2/prt_1.json", "7");
  tree.write("part/msg_2/prt_2.json", { type: "text", text: "whole" });
  mkdirSync(join(tree.storage, "part/msg_2/prt_3.json"));
  tree.message("ses_1", "msg_3", answer(OLD_MS + 1, OLD_MS + 2));
  const { bad, events } = await importPaths(tree.storage);
  expect(bad.toSorted()).toEqual(["not-an-object: message/ses_1/msg_1.json", "not-an-object: part/msg_2/prt_1.json"]);
  expect(events.some(({ data }) => data["text"] === "whole")).toBe(true);
});

it("reads a message of ten thousand parts, in the order of their ids", async () => {
  const tree = treeIn(temporaryFolder());
  tree.session("ses_1");
  tree.message("ses_1", "msg_1", prompt(OLD_MS));
  const ids = Array.from({ length: 10_000 }, (_, n) => `prt_${String(n).padStart(5, "0")}`);
  for (const id of ids.toReversed()) tree.part("msg_1", id, { type: "text", text: id });
  const { events, steps } = await importPaths(tree.storage);
  expect(events.filter(({ type }) => type === "message.sent").map(({ data }) => data["text"])).toEqual(ids);
  // Each step says how much was read for it: that bounds what an import holds in memory.
  expect(steps.every((step, index) => index === 0 || step.offset === steps[index - 1]!.end)).toBe(true);
});
