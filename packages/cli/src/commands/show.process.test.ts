import { describe, expect, it } from "vitest";
import { type Sandbox, sandbox } from "../testing/agentlog.js";
import { made, withRegistry } from "../testing/work-items.js";

const answer = (id: string, inputTokens: number, outputTokens: number, more: object = {}): string =>
  `${JSON.stringify({
    type: "usage.recorded",
    source: { kind: "import", agent: "claude" },
    data: { messageId: id, requestId: `r-${id}`, model: "m", inputTokens, outputTokens, ...more },
  })}\n`;

async function used(box: Sandbox, name: string, ...answers: readonly string[]): Promise<string> {
  const id = await made(box, name);
  expect((await box.run(["append", name, "-"], { input: answers.join("") })).code).toBe(0);
  return id;
}

describe("agentlog show", () => {
  it("says what a session used, each answer once, and nothing for one that used nothing", async () => {
    const box = sandbox();
    await used(
      box,
      "s",
      answer("a", 100, 5),
      answer("a", 100, 20),
      answer("b", 7, 1, { cacheReadTokens: 900, costUsd: 0.25 }),
    );
    expect((await box.data(["show", "s"])).usage).toEqual({
      answers: 2,
      inputTokens: 107,
      outputTokens: 21,
      cacheReadTokens: 900,
      cacheWriteTokens: 0,
      costUsd: 0.25,
    });
    expect((await box.run(["show", "s"])).out).toMatch(/^tokens +107 in, 21 out, 900 read from a cache, \$0\.25$/m);
    await made(box, "quiet");
    expect((await box.data(["show", "quiet"])).usage).toBeUndefined();
    expect((await box.run(["show", "quiet"])).out).not.toMatch(/tokens/);
  });

  it("does not count the history that a fork was begun with, whatever its generation", async () => {
    const box = sandbox();
    const [a, b, c] = [answer("a", 100, 10), answer("b", 20, 2), answer("c", 3, 1)];
    const root = await used(box, "root", a);
    const child = await used(box, "child", a, b);
    const leaf = await used(box, "leaf", a, b, c);
    const other = await used(box, "other", a);
    await withRegistry(box, async (registry) => {
      await registry.setParent(child as never, root as never, { kind: "fork" });
      await registry.setParent(leaf as never, child as never, { kind: "fork" });
      await registry.setParent(other as never, root as never, { kind: "sub-agent" });
    });
    const tokens = async (id: string): Promise<number> => (await box.data(["show", id])).usage.inputTokens;
    expect([await tokens(root), await tokens(child), await tokens(leaf), await tokens(other)]).toEqual([
      100, 20, 3, 100,
    ]);
  });

  it("groups what it prints, and leaves out what is not known", async () => {
    const box = sandbox();
    await made(box, "job");
    const { out } = await box.run(["show", "job"]);
    const groups = out.trimEnd().split("\n\n");
    expect(groups.map((group) => group.split("\n").map((line) => line.slice(0, 11).trimEnd()))).toEqual([
      ["session", "title", "standing", "state"],
      ["agent", "folder"],
      ["started", "last event", "run", "events", "learnt by"],
      ["log", "head"],
    ]);
    await box.run(["close", "job", "--outcome", "blocked", "--reason", "no access"]);
    expect((await box.run(["show", "job"])).out).toMatch(/^state +blocked\nclosed +\S+: no access$/m);
  });
});
