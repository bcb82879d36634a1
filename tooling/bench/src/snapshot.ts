import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileSnapshotStore } from "@agentlog/snapshot-store";

/**
 * What it costs to save a document of 1 MB against the same work by hand (JSON, write, sync, rename, sync of the folder), and
 * to load it against reading and parsing it; turn by turn in one run, so that whatever else the machine does meets all. The
 * bare write, sync and rename of bytes that are there already is told too: JSON alone costs about as much.
 */
const BYTES = 1_000_000;
const ROUNDS = 200;
const MOST_SAVE = 1.3;
const MOST_LOAD = 1.2;

interface Conversation {
  readonly agentId: string;
  readonly messages: readonly { readonly role: string; readonly text: string; readonly n: number }[];
}

function conversation(): Conversation {
  const text = "a message of ordinary length, as people and models write it to each other, a few hundred bytes of it. ";
  const message = (n: number) => ({ role: n % 2 === 0 ? "user" : "assistant", text: text.repeat(4), n });
  const each = JSON.stringify(message(0)).length + 4;
  return { agentId: "bench", messages: Array.from({ length: Math.floor(BYTES / each) }, (_, n) => message(n)) };
}

function writeByHand(file: string, bytes: Uint8Array): void {
  const temporary = `${file}.tmp`;
  const fd = fs.openSync(temporary, "w", 0o600);
  fs.writeSync(fd, bytes);
  fs.fsyncSync(fd);
  fs.closeSync(fd);
  fs.renameSync(temporary, file);
}

function saveByHand(file: string, document: Conversation): void {
  writeByHand(file, Buffer.from(JSON.stringify(document)));
  const fd = fs.openSync(path.dirname(file), "r");
  fs.fsyncSync(fd);
  fs.closeSync(fd);
}

async function timed(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
}

function report(what: string, ours: number[], byHand: number[], most?: number): void {
  const [ourMs, handMs] = [median(ours), median(byHand)];
  const ratio = ourMs / handMs;
  const limit = most === undefined ? "" : `, at most ${most}`;
  console.log(`  ${what.padEnd(34)} ${ourMs.toFixed(3)} ms : ${handMs.toFixed(3)} ms = ${ratio.toFixed(2)}${limit}`);
  if (most !== undefined && !(ratio <= most)) process.exitCode = 1;
}

const folder = fs.mkdtempSync(path.join(process.env["BENCH_FOLDER"] ?? os.tmpdir(), "agentlog-bench-"));
try {
  const store = fileSnapshotStore<Conversation>({ directory: path.join(folder, "store") });
  const document = conversation();
  await store.save("k", document);
  const file = path.join(folder, "by-hand");
  const bytes = fs.readFileSync(path.join(folder, "store", "k", "document.json"));
  const save: number[] = [];
  const hand: number[] = [];
  const bare: number[] = [];
  const load: number[] = [];
  const parse: number[] = [];
  // The first rounds load and compile code.
  for (let round = -20; round < ROUNDS; round++) {
    const each: readonly (readonly [number[], () => unknown])[] = [
      [save, () => store.save("k", document)],
      [load, () => store.load("k")],
      [hand, () => saveByHand(file, document)],
      [parse, () => JSON.parse(fs.readFileSync(file, "utf8"))],
      [bare, () => writeByHand(file, bytes)],
    ];
    for (const [times, work] of each) {
      const ms = await timed(work);
      if (round >= 0) times.push(ms);
    }
  }
  console.log(`a document of ${bytes.length.toLocaleString("en")} bytes; medians of ${ROUNDS}:`);
  report("save : the same by hand", save, hand, MOST_SAVE);
  report("load : read and parse", load, parse, MOST_LOAD);
  report("save : write, sync, rename alone", save, bare);
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
