import { type StoredEvent } from "@agentlog/event-log";
import { type JsonObject } from "@agentlog/types";
import * as fc from "fast-check";
import { it } from "vitest";
import { cuts, expectSameLog } from "../../testing/growth.js";
import { ownFields } from "../../testing/stores.js";
import { answer, call, prompt, record, result, SESSION } from "../../testing/transcripts.js";
import { claudeSource } from "./source.js";

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
function timed(events: readonly StoredEvent[], path: string): readonly object[] {
  return ownFields(events, path).map((event) => {
    const { meta } = event as { readonly meta?: JsonObject };
    const inferred = (meta?.["claude"] as JsonObject | undefined)?.["timeInferred"] === true;
    return inferred ? { ...event, time: "" } : event;
  });
}

it("gives the same log in any steps of growth, each imported twice, as at once", { timeout: 60_000 }, async () => {
  const name = `${SESSION}.jsonl`;
  await fc.assert(
    fc.asyncProperty(transcript, cuts, (bytes, at) =>
      expectSameLog({ source: claudeSource, nativeSession: SESSION, name, bytes, cuts: at, same: timed }),
    ),
    { numRuns: 60 },
  );
});
