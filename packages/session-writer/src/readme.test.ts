import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { PRESENCE_STATES } from "@agentlog/types";
import { expect, it, onTestFinished } from "vitest";
import { temporaryStore } from "./fixtures/store.js";

const folder = fileURLToPath(new URL("..", import.meta.url));
const readme = fs.readFileSync(path.join(folder, "README.md"), "utf8");

it("the README's example runs and prints what it says", async () => {
  const code = /```ts\n([^]*?)```/.exec(readme)?.[1] ?? "";
  // In the package's folder, from where it finds itself by name as an installed package would be found.
  const file = path.join(folder, `.readme-${process.pid}.mjs`);
  onTestFinished(() => fs.rmSync(file, { force: true }));
  fs.writeFileSync(file, code);
  const env = { ...process.env, AGENTLOG_HOME: temporaryStore().root };
  const { stdout } = await promisify(execFile)(process.execPath, [file], { env });
  expect(stdout.split("\n")).toEqual([
    "live",
    "0 session.started",
    "1 message.sent",
    "2 tool.called",
    "3 agent.handed-off",
    "4 my-tool.deployed",
    "5 session.ended",
    "Fix the login success 0",
    "",
  ]);
});

it("the README has every presence state", () => {
  const rows = [...readme.matchAll(/^\| `([a-z-]+)` +\|/gm)].map(([, state]) => state);
  expect(rows).toEqual([...PRESENCE_STATES, "undefined"]);
});
