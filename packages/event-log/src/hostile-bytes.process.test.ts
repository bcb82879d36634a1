import { execFile } from "node:child_process";
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { chainOf, hashOf } from "./testing/forge.js";

/** Logs larger than any text or buffer may be, each read in a process of its own, whose memory says what was held. */

const MB = 1024 * 1024;
/** Of the files below, none fits; of the two buffers for a line of the largest size, both do. */
const MOST_MEMORY = 256 * MB;

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  file = join(dir, "events.jsonl");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Runs the body of an async function of `log` and returns its result and the most memory the process had. */
async function inProcess(body: string): Promise<{ readonly result: Record<string, unknown>; readonly memory: number }> {
  const program = `
    import { openEventLog } from ${JSON.stringify(new URL("../dist/index.js", import.meta.url).href)};
    const log = openEventLog(${JSON.stringify(file)});
    const collect = async (events) => { const seqs = []; for await (const { seq } of events) seqs.push(seq); return seqs; };
    const result = await (async () => { ${body} })();
    console.log(JSON.stringify({ result, memory: process.resourceUsage().maxRSS * 1024 }));`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", program]);
  return JSON.parse(stdout) as { result: Record<string, unknown>; memory: number };
}

/** Five events, a line of NULs up to the offset `end` (no disk holds them: it is a hole), five events. */
function plant(end: number): void {
  const before = chainOf(5);
  const head = before.map((line) => `${line}\n`).join("");
  const behind = chainOf(5, 5, hashOf(before.at(-1)!), end + 1);
  writeFileSync(file, head, { mode: 0o600 });
  truncateSync(file, end);
  appendFileSync(file, `\n${behind.map((line) => `${line}\n`).join("")}`);
}

const torn = (end: number): object => {
  const offset = Buffer.byteLength(`${chainOf(5).join("\n")}\n`);
  return { kind: "torn", offset, bytes: end + 1 - offset, line: 6 };
};

it("[H-24] a line of 600 MB is passed over by everything, in bounded memory", async () => {
  plant(600 * MB);
  const { result, memory } = await inProcess(`
    const all = await log.readAll();
    const verified = await log.verify();
    const planned = await log.repair({ dryRun: true });
    const { seq } = await log.append({ type: "note.taken", data: {} });
    const followed = [];
    for await (const event of log.follow()) if (followed.push(event.seq) === 11) break;
    return { seqs: all.events.map(({ seq }) => seq), damage: all.damage, verified: verified.damage, seq, followed,
      from: await collect(log.read({ from: 7 })), stat: log.stat().lastSeq, aside: planned.setAside };`);
  const { kind, offset, bytes } = torn(600 * MB) as Record<string, unknown>;
  expect(result).toEqual({
    seqs: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    damage: [torn(600 * MB)],
    verified: [torn(600 * MB)],
    seq: 10,
    followed: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
    from: [7, 8, 9, 10],
    stat: 10,
    aside: [{ kind, offset, bytes }],
  });
  expect(memory).toBeLessThan(MOST_MEMORY);
});

it("[H-24] an unfinished line of 300 MB is sealed, and a file of nothing else is no log, in bounded memory", async () => {
  writeFileSync(file, `${chainOf(5).join("\n")}\n`, { mode: 0o600 });
  truncateSync(file, 300 * MB);
  const tail = await inProcess(`
    const { events, damage } = await log.readAll();
    const { seq } = await log.append({ type: "note.taken", data: {} });
    return { events: events.length, damage, seq };`);
  expect(tail.result).toEqual({ events: 5, damage: [], seq: 5 });
  truncateSync(file, 0);
  truncateSync(file, 300 * MB);
  const alone = await inProcess(`
    const code = await log.append({ type: "note.taken", data: {} }).catch(({ code }) => code);
    return { code, ok: (await log.verify()).ok };`);
  expect(alone.result).toEqual({ code: "NOT_A_LOG", ok: false });
  expect(Math.max(tail.memory, alone.memory)).toBeLessThan(MOST_MEMORY);
});

it("[H-24] a repair sets a line of 100 MB aside in bounded memory, and what is left in its place is passed over", async () => {
  plant(100 * MB);
  const { result, memory } = await inProcess(`
    const { setAside } = await log.repair();
    const { seq } = await log.append({ type: "note.taken", data: {} });
    const all = await log.readAll();
    return { setAside, seq, all: all.events.length, damage: all.damage, ok: (await log.verify()).ok,
      from: [await collect(log.read({ from: 3 })), await collect(log.read({ from: 6 }))] };`);
  const { kind, offset, bytes } = torn(100 * MB) as Record<string, unknown>;
  expect(result).toEqual({
    setAside: [{ kind, offset, bytes }],
    seq: 10,
    all: 11,
    damage: [],
    ok: true,
    from: [
      [3, 4, 5, 6, 7, 8, 9, 10],
      [6, 7, 8, 9, 10],
    ],
  });
  expect(memory).toBeLessThan(MOST_MEMORY);
});

describe.each([
  [514 * MB, true],
  // Some seconds of reading holes: behind a variable, so that it is skipped in sight.
  [4.5 * 1024 * MB, process.env["AGENTLOG_LONG"] !== undefined],
])("a log of %i bytes", (end, runs) => {
  it.skipIf(!runs)("[H-25] is streamed, with exact offsets", async () => {
    plant(end);
    const { result, memory } = await inProcess(`
      const offsets = [];
      const damage = [];
      for await (const { offset } of log.entries({ onDamage: (met) => damage.push(met) })) offsets.push(offset);
      return { offsets: offsets.slice(5), damage };`);
    let offset = end + 1;
    const offsets = chainOf(5, 5, hashOf(chainOf(5).at(-1)!), end + 1).map((line) => (offset += line.length + 1) - line.length - 1); // prettier-ignore
    expect(result).toEqual({ offsets, damage: [torn(end)] });
    expect(memory).toBeLessThan(MOST_MEMORY);
  });

  it("[H-25] is found its way in from the end, and appended to at its place", async () => {
    plant(end);
    const { result } = await inProcess(`
      const before = log.stat();
      const { seq } = await log.append({ type: "note.taken", data: {} });
      const entries = [];
      for await (const { event, offset } of log.entries({ from: 9 })) entries.push([event.seq, offset, event.writer.split(".")[1]]);
      return { before, seq, entries: entries.slice(1) };`);
    const { bytes } = result["before"] as { bytes: number };
    expect(result).toEqual({
      before: { exists: true, bytes, lastSeq: 9 },
      seq: 10,
      entries: [[10, bytes, String(bytes)]],
    });
    expect(bytes).toBeGreaterThan(end);
  });
});
