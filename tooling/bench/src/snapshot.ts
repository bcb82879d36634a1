import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileSnapshotStore } from "@agentlog/snapshot-store";

/**
 * What it costs to save a document of 1 MB against writing the same bytes, syncing and renaming them by hand, and to load it
 * against reading and parsing it; turn by turn in one run, so that whatever else the machine does meets both.
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

function saveByHand(file: string, bytes: Uint8Array): void {
  const temporary = `${file}.tmp`;
  const fd = fs.openSync(temporary, "w", 0o600);
  fs.writeSync(fd, bytes);
  fs.fsyncSync(fd);
  fs.closeSync(fd);
  fs.renameSync(temporary, file);
}

async function timed(work: () => unknown): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function median(times: number[]): number {
  return times.sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
}

function report(what: string, ours: number[], byHand: number[], most: number): void {
  const [ourMs, handMs] = [median(ours), median(byHand)];
  const ratio = ourMs / handMs;
  console.log(
    `${what}: ${ourMs.toFixed(3)} ms against ${handMs.toFixed(3)} ms, ratio ${ratio.toFixed(2)}, at most ${most}`,
  );
  if (!(ratio <= most)) process.exitCode = 1;
}

const folder = fs.mkdtempSync(path.join(process.env["BENCH_FOLDER"] ?? os.tmpdir(), "agentlog-bench-"));
try {
  const store = fileSnapshotStore<Conversation>({ directory: path.join(folder, "store") });
  const document = conversation();
  await store.save("k", document);
  const file = path.join(folder, "by-hand");
  const bytes = fs.readFileSync(path.join(folder, "store", "k", "document.json"));
  const times = { save: [] as number[], saveByHand: [] as number[], load: [] as number[], loadByHand: [] as number[] };
  // The first rounds load and compile code.
  for (let round = -20; round < ROUNDS; round++) {
    const save = await timed(() => store.save("k", document));
    const byHand = await timed(() => saveByHand(file, bytes));
    const load = await timed(() => store.load("k"));
    const loadByHand = await timed(() => JSON.parse(fs.readFileSync(file, "utf8")));
    if (round < 0) continue;
    times.save.push(save);
    times.saveByHand.push(byHand);
    times.load.push(load);
    times.loadByHand.push(loadByHand);
  }
  console.log(`a document of ${bytes.length.toLocaleString("en")} bytes; medians of ${ROUNDS}:`);
  report("  save, against write, fsync, rename", times.save, times.saveByHand, MOST_SAVE);
  report("  load, against read, parse         ", times.load, times.loadByHand, MOST_LOAD);
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
