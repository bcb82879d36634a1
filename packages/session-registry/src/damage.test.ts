import { fileStore, memoryStore } from "@agentlog/projection";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { appendByHand, damageTests } from "./fixtures/damage.js";
import { idOf, sighting, temporaryStore, testRegistry } from "./fixtures/registry.js";
import { type Problem } from "@agentlog/projection";

describe("a damaged registry, its read model in files", () => {
  damageTests((store) => fileStore({ path: join(store.layout.registryDir, "checkpoints"), flushEvents: 1 }));
});

describe("what is told of a damaged registry", () => {
  it("[PR-4] names the event and never what it holds", async () => {
    const store = temporaryStore();
    await testRegistry(store).seen([sighting("a")]);
    await appendByHand(store, [{ type: "session.aliased", session: idOf("a"), data: { alias: ["a secret"] } }]);
    const problems: Problem[] = [];
    const registry = testRegistry(store, { readModels: memoryStore(), onProblem: (one) => problems.push(one) });
    await registry.find();
    expect(problems).toMatchObject([{ kind: "bad-event", type: "session.aliased", seq: 1 }]);
    expect(
      JSON.stringify(problems.map((one) => ({ ...one, cause: "cause" in one ? String(one.cause) : "" }))),
    ).not.toContain("secret");
  });
});
