import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { cuts, expectSameLog } from "../../testing/growth.js";
import { readWhole } from "../../testing/reading.js";
import { temporaryFolder, testStore } from "../../testing/stores.js";
import { copilotSource } from "./source.js";

const SESSION = "11111111-1111-4111-8111-111111111111";

const uuid = (n: number): string => `00000000-0000-4000-8000-${n.toString().padStart(12, "0")}`;

type Made = readonly [type: string, data: object];

const usage = fc.record({
  inputTokens: fc.nat(99),
  outputTokens: fc.nat(99),
  cacheReadTokens: fc.nat(9),
  cacheWriteTokens: fc.nat(9),
});
const made: fc.Arbitrary<(n: number) => readonly Made[]> = fc.oneof(
  fc.string({ unit: "grapheme" }).map((content) => (): readonly Made[] => [["user.message", { content }]]),
  fc
    .record({ outputTokens: fc.nat(9), model: fc.constantFrom("a", "b") })
    .map((about) => (n: number): readonly Made[] => {
      const call = { toolCallId: `c${n}`, arguments: { path: "/a" } };
      return [
        [
          "assistant.message",
          { content: "ä", messageId: `m${n}`, toolRequests: [{ ...call, name: "view" }], ...about },
        ],
        ["tool.execution_start", { ...call, toolName: "view" }],
        ["tool.execution_complete", { toolCallId: `c${n}`, success: n % 2 === 0, result: { content: "out" } }],
      ];
    }),
  fc.dictionary(fc.constantFrom("a", "b"), usage).map((totals) => (): readonly Made[] => {
    const modelMetrics = Object.fromEntries(Object.entries(totals).map(([model, one]) => [model, { usage: one }]));
    return [
      ["session.shutdown", { shutdownType: "routine", modelMetrics }],
      ["session.resume", { eventCount: 1 }],
    ];
  }),
  fc.constant((): readonly Made[] => [["hook.start", { hookType: "x" }]]),
);

const transcript = fc
  .array(fc.oneof({ weight: 5, arbitrary: made }, fc.constantFrom("{half", "[1]", "")), { maxLength: 12 })
  .map((all) => {
    const lines: string[] = [];
    const add = ([type, data]: Made): void => {
      const n = lines.length;
      const record = {
        type,
        data,
        id: uuid(n),
        timestamp: new Date(Date.UTC(2026, 0, 2) + n * 1000).toISOString(),
        parentId: n === 0 ? null : uuid(n - 1),
      };
      lines.push(JSON.stringify(record));
    };
    add(["session.start", { sessionId: SESSION }]);
    for (const one of all) {
      if (typeof one === "string") lines.push(one);
      else for (const record of one(lines.length)) add(record);
    }
    return Buffer.from(lines.map((line) => `${line}\n`).join(""));
  });

const only = { sources: [copilotSource] };

it("gives the same log in any steps of growth, each imported twice, as at once", { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(transcript, cuts, (bytes, at) =>
      expectSameLog({ source: copilotSource, nativeSession: SESSION, name: "events.jsonl", bytes, cuts: at }),
    ),
    { numRuns: 60 },
  );
});

const odd = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom("__proto__", "constructor", "", -1, 1e300, uuid(1)),
);
const names = (
  "sessionId content message messageId requestId model outputTokens reasoningText toolRequests toolCallId toolName arguments result " +
  "error success toolTelemetry agentName parentToolCallId durationMs permissionRequest newModel chosenModel context title " +
  "modelMetrics shutdownType summaryContent preCompactionTokens source selectedModel __proto__"
).split(" ");
const types = (
  "session.start session.resume session.shutdown session.model_change session.auto_mode_resolved session.compaction_complete " +
  "session.title_changed session.context_changed session.error user.message assistant.message assistant.reasoning system.message " +
  "tool.execution_start tool.execution_complete subagent.started subagent.completed subagent.failed permission.requested " +
  "permission.completed abort"
).split(" ");
const inner = fc.record(Object.fromEntries(names.map((name) => [name, odd])), { requiredKeys: [] });
const data = fc.oneof(
  { weight: 4, arbitrary: inner },
  fc
    .tuple(inner, fc.constantFrom(...names), fc.oneof(inner, fc.array(inner)))
    .map(([one, name, value]) => ({ ...one, [name]: value })),
  odd,
);
const hostile = fc.record(
  {
    type: fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...types) }, odd),
    data,
    id: odd,
    timestamp: odd,
    parentId: odd,
    agentId: odd,
  },
  { requiredKeys: ["type", "data"] },
);

it("takes any JSON in any field, and makes nothing that is no event", { timeout: 60_000 }, async () => {
  const folder = temporaryFolder();
  const start = {
    type: "session.start",
    data: { sessionId: SESSION },
    id: uuid(0),
    timestamp: "2026-01-02T03:04:05Z",
    parentId: null,
  };
  await fc.assert(
    fc.asyncProperty(fc.array(hostile, { maxLength: 8 }), async (records) => {
      const path = join(folder, "events.jsonl");
      writeFileSync(path, [start, ...records].map((one) => `${JSON.stringify(one)}\n`).join(""));
      await readWhole(copilotSource, path);
    }),
    { numRuns: 500 },
  );
});

it("leaves what nests too deep to the log, which refuses it, and goes on", async () => {
  const path = join(temporaryFolder(), "events.jsonl");
  const line = (n: number, content: string): string =>
    `{"type":"user.message","data":{"content":"x","more":${content}},"id":"${uuid(n)}","timestamp":"2026-01-02T03:04:05Z","parentId":null}\n`;
  writeFileSync(path, line(1, "1") + line(2, `${"[".repeat(100_000)}${"]".repeat(100_000)}`) + line(3, "3"));
  const report = await testStore().import([path], only);
  expect(report).toMatchObject({ badLineCount: 1, failedFiles: 0, added: 3 });
  expect(report.badLines[0]).toMatchObject({ line: 2, reason: "refused-by-log" });
});
