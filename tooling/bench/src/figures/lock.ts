import fs from "node:fs";
import path from "node:path";
import { createDirectoryLock } from "@agentlog/durable-fs";
import { properLockOnce } from "../alternatives/locked-append-file.js";
import { compare } from "../compare.js";
import { type Bench, type Family, type Figure, type Results } from "../figure.js";
import { timedEach } from "../harness.js";
import { ratios, spreadOf } from "../spread.js";

const LOCK: Figure = {
  name: "lock",
  title: "lock + unlock, uncontended : mkdir + rmdir (time)",
  limit: 1,
  direction: "at-most",
  unit: "x",
};

const TIMES = 300;

/** Our lock beside `mkdir` and `rmdir`, the two calls that proper-lockfile's own lock is made of. */
async function measure(bench: Bench): Promise<Results> {
  const at = (name: string): string => path.join(bench.folder, name);
  const lock = createDirectoryLock(at("ours.lock"));
  const repeat = (once: () => unknown) => async (): Promise<number> =>
    await timedEach(TIMES, async () => {
      for (let n = 0; n < TIMES; n++) await once();
    });
  const repeatSync = (once: () => unknown) => async (): Promise<number> =>
    await timedEach(TIMES, () => {
      for (let n = 0; n < TIMES; n++) once();
    });
  fs.writeFileSync(at("theirs"), "");
  const times = await bench.interleave(
    {
      "mkdir + rmdir": repeatSync(() => {
        fs.mkdirSync(at("directory"));
        fs.rmdirSync(at("directory"));
      }),
      "agentlog, runSync": repeatSync(() => lock.runSync(() => undefined)),
      "agentlog, run": repeat(async () => await lock.run(() => undefined)),
      "proper-lockfile, lockSync": repeatSync(() => properLockOnce(at("theirs"))),
    },
    { rounds: 30, quick: 10 },
  );
  const unit = "µs";
  const [ours, made] = [times["agentlog, runSync"], times["mkdir + rmdir"]];
  return {
    measured: [compare(LOCK, { name: "runSync", unit, values: ours }, { name: "mkdir + rmdir", unit, values: made })],
    alternatives: Object.entries(times).map(([name, values]) => ({
      group: "lock + unlock, uncontended",
      name,
      unit,
      spread: spreadOf(values),
      ratio: spreadOf(ratios(values, made)).median,
    })),
  };
}

export const lock: Family = { name: "lock", nodes: "newest", figures: [LOCK], measure };
