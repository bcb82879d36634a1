import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileSnapshotStore } from "@agentlog/snapshot-store";
const BYTES = 1e6;
const ROUNDS = 200;
const MOST_SAVE = 1.3;
const MOST_LOAD = 1.2;
function conversation() {
  const text = "a message of ordinary length, as people and models write it to each other, a few hundred bytes of it. ";
  const message = (n) => ({ role: n % 2 === 0 ? "user" : "assistant", text: text.repeat(4), n });
  const each = JSON.stringify(message(0)).length + 4;
  return { agentId: "bench", messages: Array.from({ length: Math.floor(BYTES / each) }, (_, n) => message(n)) };
}
function saveByHand(file, bytes) {
  const temporary = `${file}.tmp`;
  const fd = fs.openSync(temporary, "w", 384);
  fs.writeSync(fd, bytes);
  fs.fsyncSync(fd);
  fs.closeSync(fd);
  fs.renameSync(temporary, file);
}
async function timed(work) {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
function median(times) {
  return times.sort((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
}
function report(what, ours, byHand, most) {
  const [ourMs, handMs] = [median(ours), median(byHand)];
  const ratio = ourMs / handMs;
  console.log(`${what}: ${ourMs.toFixed(3)} ms against ${handMs.toFixed(3)} ms, ratio ${ratio.toFixed(2)}, at most ${most}`);
  if (!(ratio <= most)) process.exitCode = 1;
}
const folder = fs.mkdtempSync(path.join(process.env["BENCH_FOLDER"] ?? os.tmpdir(), "agentlog-bench-"));
try {
  const store = fileSnapshotStore({ directory: path.join(folder, "store") });
  const document = conversation();
  await store.save("k", document);
  const file = path.join(folder, "by-hand");
  const bytes = fs.readFileSync(path.join(folder, "store", "k", "document.json"));
  const times = { save: [], saveByHand: [], load: [], loadByHand: [] };
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
