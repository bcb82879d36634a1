import { join } from "node:path";
import { writeFileSync } from "node:fs";
import { expect, it } from "vitest";
import { temporaryFolder, testStore } from "./testing/stores.js";
import { answer, jsonl, prompt, SESSION } from "./testing/transcripts.js";
import { createUsageTotals, type UsageEvent, type UsageReport } from "./usage.js";

function usage(id: string, data: object, more: object = {}): UsageEvent {
  return { id, type: "usage.recorded", data, source: { agent: "claude" }, ...more };
}

function totalOf(...events: readonly UsageEvent[]): UsageReport {
  const totals = createUsageTotals();
  for (const event of events) totals.add(event);
  return totals.report();
}

it("adds up what was used, by model", () => {
  const totals = totalOf(
    usage("1", { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4, costUsd: 0.5, model: "b" }),
    usage("2", { inputTokens: 10, outputTokens: 20, costUsd: 0.25, model: "a" }),
    usage("3", { inputTokens: 100, outputTokens: 200, model: "b" }),
    usage("4", { inputTokens: 0, outputTokens: 1 }),
    { ...usage("5", { inputTokens: 9, outputTokens: 9 }), type: "message.sent" },
  );
  const none = { cacheReadTokens: 0, cacheWriteTokens: 0 };
  expect(totals).toEqual({
    answers: 4,
    inputTokens: 111,
    outputTokens: 223,
    cacheReadTokens: 3,
    cacheWriteTokens: 4,
    costUsd: 0.75,
    byModel: [
      { answers: 1, inputTokens: 0, outputTokens: 1, ...none },
      { model: "a", answers: 1, inputTokens: 10, outputTokens: 20, ...none, costUsd: 0.25 },
      {
        model: "b",
        answers: 2,
        inputTokens: 101,
        outputTokens: 202,
        cacheReadTokens: 3,
        cacheWriteTokens: 4,
        costUsd: 0.5,
      },
    ],
  });
  expect(totalOf()).toEqual({ answers: 0, inputTokens: 0, outputTokens: 0, ...none, byModel: [] });
});

it.each([
  ["an event that is told twice", usage("1", {}), usage("1", {}), 1],
  ["two events", usage("1", {}), usage("2", {}), 2],
  [
    "a request of a fork's copy",
    usage("1", { messageId: "m", requestId: "r" }),
    usage("2", { messageId: "m", requestId: "r" }),
    1,
  ],
  [
    "two requests of one message",
    usage("1", { messageId: "m", requestId: "r" }),
    usage("2", { messageId: "m", requestId: "s" }),
    2,
  ],
  [
    "a record of a fork's copy",
    usage("1", {}, { meta: { claude: { uuid: "u" } } }),
    usage("2", {}, { meta: { claude: { uuid: "u" } } }),
    1,
  ],
  [
    "a record that tells of two models",
    usage("1", { model: "a" }, { meta: { claude: { uuid: "u" } } }),
    usage("2", { model: "b" }, { meta: { claude: { uuid: "u" } } }),
    2,
  ],
  [
    "messages of two agents with one id",
    usage("1", { messageId: "m" }),
    usage("2", { messageId: "m" }, { source: { agent: "codex" } }),
    2,
  ],
  [
    "somebody else's uuid",
    usage("1", {}, { meta: { codex: { uuid: "u" } } }),
    usage("2", {}, { meta: { codex: { uuid: "u" } } }),
    2,
  ],
] as const)("counts %s", (_, one, other, answers) => {
  expect(totalOf(one, other).answers).toBe(answers);
});

it("counts the telling of an answer that was made when it was whole", () => {
  const early = usage("1", { messageId: "m", inputTokens: 5, outputTokens: 1, model: "a" });
  const late = usage("2", { messageId: "m", inputTokens: 5, outputTokens: 90, model: "a" });
  for (const order of [
    [early, late],
    [late, early],
  ])
    expect(totalOf(...order)).toMatchObject({ outputTokens: 90 });
});

it("takes what is no count for none", () => {
  const odd = usage("1", { inputTokens: -1, outputTokens: "7", cacheReadTokens: 1.5, costUsd: Number.NaN, model: 1 });
  expect(totalOf(odd, usage("2", { model: "__proto__" }, { source: null, meta: "x" }))).toEqual({
    answers: 2,
    inputTokens: 0,
    outputTokens: 0,
    cacheReadTokens: 0,
    cacheWriteTokens: 0,
    byModel: [
      { answers: 1, inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
      { model: "__proto__", answers: 1, inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
    ],
  });
});

it("counts the history that a fork of a transcript copied once", async () => {
  const fork = "33333333-3333-4333-8333-333333333333";
  const history = [prompt(0, "go"), answer(1, { type: "text", text: "done" }, { stop_reason: "end_turn" })];
  const [folder, store] = [temporaryFolder(), testStore()];
  const own = answer(3, { type: "text", text: "more" }, { id: "msg_2", stop_reason: "end_turn" });
  writeFileSync(join(folder, `${SESSION}.jsonl`), jsonl(history));
  const copied = [...history, own].map((record) => ({ ...record, sessionId: fork }));
  writeFileSync(join(folder, `${fork}.jsonl`), jsonl(copied));
  await store.import([folder]);
  const logs = [await store.events(SESSION), await store.events(fork)];
  expect(logs.map((events) => totalOf(...events).answers)).toEqual([1, 2]);
  expect(totalOf(...logs.flat())).toMatchObject({ answers: 2, outputTokens: 10, inputTokens: 6 });
});
