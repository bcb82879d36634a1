import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEventLog } from "./index.js";
import { chainOf, fieldsOf, lineOf } from "./testing/forge.js";

/** Where a read begins is found by what lines say of their numbers: here they mislead. The oracle is the read of everything. */

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  file = join(dir, "events.jsonl");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const events = (count: number, size = 1): { type: string; data: object }[] =>
  Array.from({ length: count }, () => ({ type: "note.taken", data: { text: "x".repeat(size) } }));

const identitiesFrom = async (from: number): Promise<string[]> => {
  const found: string[] = [];
  for await (const { seq, id } of openEventLog(file).read({ from })) found.push(`${seq} ${id}`);
  return found;
};

const append = async (count: number, size = 1): Promise<void> => {
  const log = openEventLog(file, { durability: "os" });
  await log.appendMany(events(count, size));
  await log.close();
};
const linesThere = (): string[] => readFileSync(file, "utf8").split("\n").slice(0, -1);
const glue = (lines: readonly string[]): void => appendFileSync(file, lines.map((line) => `${line}\n`).join(""));

/** What may come to a log's file, each behind what is there already. */
const happenings = {
  append: (count: number, size: number) => append((count % 4) + 1, [300, 3_000, 20_000][size % 3]),
  batch: (count: number) => append(count + 2, 500),
  /** What a writer that lost its race leaves: lines of this log, out of their place. */
  stale: (from: number, count: number) => glue(linesThere().slice(from, from + count)),
  /** The end of a log like this one, with numbers that this one has or will have. */
  copied: (count: number, first: number) => glue(chainOf(count + 1, first)),
  /** A number that is long past, in a line that is where it says it was meant to be. */
  forged: (seq: number) => {
    const { size } = statSync(file);
    const { lastSeq } = openEventLog(file).stat();
    glue([lineOf(fieldsOf(Math.min(seq, lastSeq), { writer: `forged.${size}` }))]);
  },
  noise: (length: number) => glue(["x".repeat(length * 400)]),
  /** A byte is lost, and a repair leaves a hole in its line's place, which may move what follows. */
  hole: async (at: number) => {
    const bytes = readFileSync(file);
    // Not in the first line: a file that has no event left is no log.
    const first = bytes.indexOf(0x0a) + 1;
    bytes[first + ((at * 7919) % (bytes.length - first))] = 0x00;
    writeFileSync(file, bytes);
    await openEventLog(file).repair();
  },
} satisfies Record<string, (one: number, other: number) => unknown>;

describe("[EL-11] where a read begins", () => {
  it("[EL-11] read({ from }) is the end of what is read from the start, whatever the numbers in the file pretend", async () => {
    const happening = fc.tuple(fc.constantFrom(...Object.keys(happenings)), fc.nat(60), fc.nat(60));
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { minLength: 3, maxLength: 14 }), async (story) => {
        rmSync(dir, { recursive: true, force: true });
        dir = mkdtempSync(join(tmpdir(), "agentlog-"));
        file = join(dir, "events.jsonl");
        await append(1);
        // Shorter logs are read from their beginning.
        for (let n = 0; n < 5; n++) await append(4, 5_000);
        for (const [name, one, other] of story) await happenings[name as keyof typeof happenings](one, other);
        const all = await identitiesFrom(0);
        const seqs = all.map((identity) => Number.parseInt(identity, 10));
        for (const from of new Set([
          1,
          ...seqs.filter((_, n) => n % 5 === 0),
          ...seqs.slice(-3),
          (seqs.at(-1) ?? 0) + 1,
        ])) {
          expect(await identitiesFrom(from)).toEqual(all.filter((_, n) => seqs[n]! >= from));
        }
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});
