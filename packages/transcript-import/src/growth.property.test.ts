import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type StoredEvent } from "@agentlog/event-log";
import { type JsonObject } from "@agentlog/types";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { temporaryFolder, testStore } from "./testing/stores.js";
import { answer, call, prompt, record, result, SESSION } from "./testing/transcripts.js";

/** Records that each know their number, some of them several lines of one answer. */
const turn: fc.Arbitrary<(n: number) => readonly (JsonObject | string)[]> = fc.oneof(
  fc.string({ unit: "grapheme" }).map((text) => (n: number) => [prompt(n, text)]),
  fc.record({ lines: fc.integer({ min: 1, max: 4 }), stop: fc.boolean() }).map(
    ({ lines, stop }) =>
      (n: number) =>
        Array.from({ length: lines }, (_, index) => {
          const last = index === lines - 1;
          const usage = { input_tokens: 1, output_tokens: last ? 90 : 1 };
          const stop_reason = last && stop ? "end_turn" : null;
          return answer(n + index, { type: "text", text: `ä${index}` }, { id: `msg_${n}`, usage, stop_reason });
        }),
  ),
  fc
    .boolean()
    .map((fails) => (n: number) => [
      call(n, `toolu_${n}`, "Read", { file_path: "/a" }, { id: `msg_${n}` }),
      result(n + 1, `toolu_${n}`, "out", {}, fails ? { is_error: true } : {}),
    ]),
  fc.constantFrom("A", "B").map((aiTitle) => () => [{ type: "ai-title", aiTitle, sessionId: SESSION }]),
  fc.constantFrom("plan", "default").map((mode) => () => [{ type: "mode", mode }]),
  fc.constant((n: number) => [record(n, "attachment", { attachment: { type: "file" } })]),
  fc.constantFrom("{half", "[1]", "\0\0\0", "").map((line) => () => [line]),
);

const transcript: fc.Arbitrary<Buffer> = fc
  .record({ turns: fc.array(turn, { maxLength: 14 }), lineEnd: fc.constantFrom("\n", "\r\n") })
  .map(({ turns, lineEnd }) => {
    const lines = turns.flatMap((make, index) => make(index * 10));
    return Buffer.from(lines.map((one) => (typeof one === "string" ? one : JSON.stringify(one)) + lineEnd).join(""));
  });

/** What must be the same: all but the log's own marks, and a time that was taken from the file's because there was no other. */
function facts(events: readonly StoredEvent[], path: string): readonly object[] {
  return events.map((event) => {
    const { writer: _w, prev: _p, crc: _c, batch: _b, time, ...rest } = event as StoredEvent & { meta?: JsonObject };
    const inferred = (rest.meta?.["claude"] as JsonObject | undefined)?.["timeInferred"] === true;
    return JSON.parse(JSON.stringify({ ...rest, time: inferred ? "" : time }).replaceAll(path, "FILE")) as object;
  });
}

it("gives the same log in any steps of growth, each imported twice, as at once", { timeout: 60_000 }, async () => {
  const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(transcript, cuts, async (bytes, fractions) => {
      const folder = temporaryFolder();
      const [grown, whole] = [testStore(join(folder, "grown")), testStore(join(folder, "whole"))];
      const path = join(folder, `${SESSION}.jsonl`);
      const ends = [...fractions.map((fraction) => Math.floor(fraction * bytes.length)), bytes.length];
      writeFileSync(path, "");
      let written = 0;
      for (const end of ends.toSorted((a, b) => a - b)) {
        appendFileSync(path, bytes.subarray(written, end));
        written = end;
        await grown.import([path]);
        expect((await grown.import([path])).added).toBe(0);
      }
      const report = await whole.import([path]);
      const events = await whole.events(SESSION);
      expect(report).toMatchObject({ added: events.length, failedFiles: 0 });
      expect(facts(await grown.events(SESSION), path)).toEqual(facts(events, path));
    }),
    { numRuns: 60 },
  );
});
