import { execFile } from "node:child_process";
import { closeSync, openSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { temporaryFolder } from "./testing/stores.js";
import { answer, jsonl, prompt, SESSION } from "./testing/transcripts.js";

const CHILD = fileURLToPath(new URL("testing/import-child.mjs", import.meta.url));
const MEGABYTE = 1024 * 1024;

/** Writes a transcript of at least so many bytes: prompts and answers of about 2 KB, each with an id of its own. */
function writeLarge(path: string, bytes: number): number {
  const text = "The quick brown fox jumps over the lazy dog. ".repeat(36);
  const file = openSync(path, "wx");
  let records = 0;
  for (let written = 0; written < bytes;) {
    let piece = "";
    while (piece.length < MEGABYTE) {
      const n = records;
      piece += jsonl([
        prompt(n, `${n} ${text}`),
        answer(n + 1, { type: "text", text }, { id: `msg_${n}`, stop_reason: "end_turn" }),
      ]);
      records += 2;
    }
    written += writeSync(file, piece);
  }
  closeSync(file);
  return records;
}

it("imports a transcript of 200 MB in less than 150 MB of memory", { timeout: 180_000 }, async () => {
  const folder = temporaryFolder();
  const path = join(folder, `${SESSION}.jsonl`);
  const records = writeLarge(path, 200 * MEGABYTE);
  expect(statSync(path).size).toBeGreaterThan(200 * MEGABYTE);

  const started = performance.now();
  const { stdout } = await promisify(execFile)(process.execPath, [CHILD, join(folder, "store"), path]);
  const report = JSON.parse(stdout) as { added: number; badLineCount: number; maxRssMb: number };
  console.log(`200 MB: ${report.maxRssMb.toFixed(0)} MB RSS, ${((performance.now() - started) / 1000).toFixed(1)} s`);

  // The session's start, and for each answer its usage.
  expect(report).toMatchObject({ added: 1 + records + records / 2, badLineCount: 0 });
  expect(report.maxRssMb).toBeLessThan(150);
});
