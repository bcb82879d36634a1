import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type StoredEvent } from "@agentlog/event-log";
import { type JsonObject } from "@agentlog/types";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { cuts, expectSameLog } from "../../testing/growth.js";
import { readWhole } from "../../testing/reading.js";
import { temporaryFolder, testStore } from "../../testing/stores.js";
import { geminiSource } from "./source.js";

const SESSION = "11111111-1111-4111-8111-111111111111";
const HEADER = { sessionId: SESSION, projectHash: "ab12", startTime: time(0), lastUpdated: time(0), kind: "main" };

function time(n: number): string {
  return new Date(Date.UTC(2026, 0, 2, 3, 4, n)).toISOString();
}

const id = (n: number): string => `00000000-0000-4000-8000-${n.toString().padStart(12, "0")}`;
const tokens = { input: 3, output: 5, cached: 1, thoughts: 0, tool: 0, total: 8 };

/** Messages that each know their number, in all the states they go through. */
const message: fc.Arbitrary<(n: number) => readonly object[]> = fc.oneof(
  fc
    .string({ unit: "grapheme" })
    .map((text) => (n: number) => [{ id: id(n), timestamp: time(n), type: "user", content: [{ text }] }]),
  fc
    .constantFrom("info", "warning", "error")
    .map((type) => (n: number) => [{ id: id(n), timestamp: time(n), type, content: "note" }]),
  fc
    .record({ text: fc.constantFrom("", "ä answer"), calls: fc.integer({ min: 0, max: 2 }), early: fc.boolean() })
    .map(({ text, calls, early }) => (n: number) => {
      const answer = {
        id: id(n),
        timestamp: time(n),
        type: "gemini",
        content: text,
        thoughts: [{ subject: "S", description: `${n}` }],
      };
      const toolCalls = Array.from({ length: calls }, (_, index) => ({
        id: `call-${n}-${index}`,
        name: "read_file",
        args: { file_path: "/a" },
        status: "success",
        timestamp: time(n),
        result: [{ functionResponse: { id: `call-${n}-${index}`, name: "read_file", response: { output: "out" } } }],
      }));
      const waiting = toolCalls.map((call) => ({ ...call, result: null, status: "executing" }));
      const whole = { ...answer, tokens, toolCalls };
      return [...(early ? [answer] : []), { ...answer, tokens, toolCalls: waiting }, whole];
    }),
);
const messages = fc.array(message, { maxLength: 8 }).map((makers) => makers.map((make, n) => make(n)));

const other: fc.Arbitrary<unknown> = fc.oneof(
  fc.constant({ $set: { lastUpdated: time(59) } }),
  fc.constantFrom("A", "B").map((summary) => ({ $set: { summary } })),
  fc.integer({ min: 0, max: 9 }).map((n) => ({ $rewindTo: id(n) })),
  fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 4 }).map((ns) => ({
    $set: { messages: ns.map((n) => ({ id: id(n), timestamp: time(n), type: "user", content: `again ${n}` })) },
  })),
  fc.constantFrom("{half", "[1]", "\0\0\0", ""),
);

const only = { sources: [geminiSource] };

it("gives the same log in any steps of growth, each imported twice, as at once", { timeout: 60_000 }, async () => {
  const records = fc.tuple(messages, fc.array(fc.tuple(fc.nat(20), other), { maxLength: 6 })).map(([chat, others]) => {
    const all: unknown[] = chat.flat();
    for (const [at, record] of others) all.splice(Math.min(at, all.length), 0, record);
    return [HEADER, ...all];
  });
  await fc.assert(
    fc.asyncProperty(records, cuts, async (all, at) => {
      const text = all.map((one) => `${typeof one === "string" ? one : JSON.stringify(one)}\n`).join("");
      const file = { name: "session-x.jsonl", bytes: Buffer.from(text), cuts: at };
      await expectSameLog({ source: geminiSource, nativeSession: SESSION, ...file });
    }),
    { numRuns: 60 },
  );
});

it("adds to a document's log what is new at each step of its growth", { timeout: 60_000 }, async () => {
  const steps = fc.array(fc.nat(40), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(messages, steps, async (chat, at) => {
      const folder = temporaryFolder();
      const [grown, whole] = [testStore(join(folder, "grown")), testStore(join(folder, "whole"))];
      const path = join(folder, "session-x.json");
      // Every state of the document is one: all messages as they were when a number of records had been written.
      const all = chat.flat();
      const document = (count: number): string => {
        const latest = new Map(all.slice(0, count).map((one) => [(one as JsonObject)["id"], one]));
        return JSON.stringify({ ...HEADER, messages: [...latest.values()] }, null, 2);
      };
      let before: ReadonlySet<string> = new Set();
      for (const count of [...at.map((one) => Math.min(one, all.length)), all.length].toSorted((a, b) => a - b)) {
        writeFileSync(path, document(count));
        await grown.import([path], only);
        expect((await grown.import([path], only)).added).toBe(0);
        const ids = new Set((await grown.events(SESSION, "gemini")).map((event) => event.id));
        expect([...before].every((one) => ids.has(one as never))).toBe(true);
        before = ids;
      }
      await whole.import([path], only);
      const ids = (events: readonly StoredEvent[]): readonly string[] => events.map((event) => event.id).toSorted();
      expect(ids(await grown.events(SESSION, "gemini"))).toEqual(ids(await whole.events(SESSION, "gemini")));
    }),
    { numRuns: 60 },
  );
});

/** Records with the fields that are looked at, and anything in them. */
const anything = fc.jsonValue({ maxDepth: 3 });
const odd = fc.oneof(anything, fc.constantFrom("__proto__", "constructor", "", -1, 1e300, id(1), "user", "gemini"));
const fields = ["id", "timestamp", "type", "content", "thoughts", "tokens", "model", "toolCalls", "displayContent"];
const sometimes = (names: readonly string[]): fc.Arbitrary<object> =>
  fc.record(Object.fromEntries(names.map((name) => [name, odd])), { requiredKeys: [] });
const oddCall = sometimes(["id", "name", "args", "status", "result", "resultDisplay", "timestamp"]);
const oddPart = sometimes(["text", "thought", "functionCall", "functionResponse", "inlineData", "__proto__"]);
const hostile = fc.oneof(
  sometimes([...fields, "__proto__", "$set", "$rewindTo", "sessionId", "projectHash"]),
  fc
    .tuple(sometimes(fields), fc.array(fc.oneof(oddCall, odd)), fc.array(fc.oneof(oddPart, odd)))
    .map(([one, toolCalls, content]) => ({
      ...one,
      id: id(1),
      type: "gemini",
      tokens: {},
      toolCalls,
      content,
    })),
  sometimes(["messages", "summary", "lastUpdated", "sessionId", "__proto__"]).map(($set) => ({ $set })),
  fc.array(sometimes(fields)).map((list) => ({ $set: { messages: list } })),
  odd.map(($rewindTo) => ({ $rewindTo })),
);

it("takes any JSON in any field, and makes nothing that is no event", { timeout: 60_000 }, async () => {
  const folder = temporaryFolder();
  await fc.assert(
    fc.asyncProperty(fc.array(hostile, { maxLength: 8 }), fc.boolean(), async (records, asDocument) => {
      const text = asDocument
        ? JSON.stringify({ ...HEADER, messages: records }, null, 1)
        : [HEADER, ...records].map((one) => `${JSON.stringify(one)}\n`).join("");
      const path = join(folder, "session-x.jsonl");
      writeFileSync(path, text);
      await readWhole(geminiSource, path);
    }),
    { numRuns: 300 },
  );
});

it("names a record that nests too deep, and goes on", async () => {
  const path = join(temporaryFolder(), "session-x.jsonl");
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  writeFileSync(
    path,
    `${JSON.stringify(HEADER)}\n{"id":"a","type":"user","content":${deep}}\n{"id":"b","type":"user","content":"x"}\n`,
  );
  const report = await testStore().import([path], only);
  expect(report).toMatchObject({ badLineCount: 1, failedFiles: 0, added: 2 });
  expect(report.badLines[0]).toMatchObject({ line: 2, reason: "too-deep" });
});
