import { describe, expect, it } from "vitest";
import { isOurHandler } from "./ours.js";

const HOOK = "/usr/lib/node_modules/@agentlog/cli/dist/hook.cjs";
const command = (words: string) => ({ type: "command", command: words });

describe("a handler of ours", () => {
  it.each([
    { type: "command", command: "/usr/bin/node", args: [HOOK, "claude"] },
    { type: "command", exec: "/usr/bin/node", args: ["--no-warnings", HOOK, "claude"] },
    { type: "command", bash: `/usr/bin/node ${HOOK} claude` },
    command(`node '/a b/agentlog/packages/cli/dist/hook.cjs' claude`),
    command("node /opt/agentlog/hook.cjs claude"),
    command("node 'C:\\npm\\node_modules\\@agentlog\\cli\\dist\\hook.cjs' claude"),
    command("agentlog hook claude"),
    command("/usr/local/bin/agentlog hook claude"),
    { type: "command", command: "/usr/bin/node", args: ["/x/agentlog.cjs", "hook", "claude"] },
  ])("is known: %j", (handler) => expect(isOurHandler(handler, "claude")).toBe(true));

  it.each([
    command(`node ${HOOK} codex`),
    command(`node ${HOOK}`),
    command(`node ${HOOK} claude; rm x`),
    command("node /x/hook.cjs claude"),
    command("node /x/client/dist/hook.cjs claude"),
    command("agentlog ls claude"),
    command("hook claude"),
    command("echo agentlog hook claude | cat"),
    { type: "command", command: "node", args: [HOOK, 5] },
    { type: "command", command: "node", args: HOOK },
    { type: "command", args: [HOOK, "claude"] },
    null,
    [HOOK, "claude"],
    HOOK,
  ])("is told from any other: %j", (handler) => expect(isOurHandler(handler, "claude")).toBe(false));

  it("is one with the program in use, wherever that is", () => {
    const handler = { command: "node", args: ["/tmp/build/hook.cjs", "claude"] };
    expect(isOurHandler(handler, "claude")).toBe(false);
    expect(isOurHandler(handler, "claude", "/tmp/build/hook.cjs")).toBe(true);
  });
});
