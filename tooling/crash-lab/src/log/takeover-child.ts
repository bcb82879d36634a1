import fs from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { createDirectoryLock, type Disk, nodeDisk } from "@agentlog/durable-fs";
import { openEventLog } from "@agentlog/event-log";
import { isAgentlogError } from "@agentlog/types";
import { createRandom } from "../common/random.js";
import { plainLock } from "../common/plain-lock.js";

/**
 * One process at a lock. Its way is argv[2], its file argv[3]:
 *
 * - `block`: appends, and waits for ever right before its write, with the lock
 * - `stop`: appends, and stops itself there; once resumed it goes on and prints its number
 * - `spool`: appends with little patience and prints what became of it
 * - `attack-cas`, `attack-plain`: for each line `<lock> <milliseconds>` on stdin takes that lock at that instant, notes in
 *   `<lock>.holds` when it came in and when it left, and prints `done`
 */
const [, , way = "", file = ""] = process.argv;
/** Of those who attack: argv[3]. */
const random = createRandom(Number(file));
const pause = new Int32Array(new SharedArrayBuffer(4));
const HOLD_MS = 12;

const beforeWrite = (act: () => void): Disk => ({
  ...nodeDisk,
  writeSync: ((...args: Parameters<typeof fs.writeSync>) => {
    fs.writeSync(1, "held\n");
    act();
    return fs.writeSync(...args);
  }) as Disk["writeSync"],
});

const hold = (lock: string): void => {
  fs.appendFileSync(`${lock}.holds`, `enter ${process.pid}\n`);
  Atomics.wait(pause, 0, 0, HOLD_MS);
  fs.appendFileSync(`${lock}.holds`, `leave ${process.pid}\n`);
};

/** proper-lockfile as documented, with the quickest retries; `lockSync` refuses to retry by itself. */
async function holdPlain(lock: string): Promise<void> {
  for (;;) {
    try {
      const release = plainLock.lockSync(lock, { stale: 2_000, realpath: false, onCompromised: () => {} });
      hold(lock);
      release();
      return;
    } catch {
      // Held, or its release found that somebody else had removed it.
      if (fs.existsSync(`${lock}.holds`) && fs.readFileSync(`${lock}.holds`, "utf8").includes(`leave ${process.pid}\n`))
        return;
      await sleep(1 + random.next() * 4);
    }
  }
}

async function attack(lock: string, at: number): Promise<void> {
  while (Date.now() < at) Atomics.wait(pause, 0, 0, 0.5);
  if (way === "attack-plain") await holdPlain(lock);
  else if (process.pid % 2 === 0) createDirectoryLock(lock).runSync(() => hold(lock));
  else await createDirectoryLock(lock).run(() => hold(lock));
}

if (way === "block" || way === "stop") {
  const disk = beforeWrite(() => {
    if (way === "block") Atomics.wait(pause, 0, 0);
    process.kill(process.pid, "SIGSTOP");
    Atomics.wait(pause, 0, 0, 5);
  });
  const lock = createDirectoryLock(`${file}.lock`, { disk, staleMs: 2_000 });
  const { seq } = await openEventLog(file, { disk, lock }).append({ id: "holder", type: "t", data: {} });
  console.log(seq);
} else if (way === "spool") {
  const lock = createDirectoryLock(`${file}.lock`, { staleMs: 2_000 });
  const log = openEventLog(file, { lock, lockTimeoutMs: 1_500, onLockTimeout: "spool" });
  try {
    const { status } = await log.append({ id: `spooled-${process.pid}`, type: "t", data: {} });
    console.log(status);
  } catch (error) {
    console.log(isAgentlogError(error) ? error.code : String(error));
  }
  await log.close();
} else {
  let rest = "";
  console.log("ready");
  for await (const text of process.stdin.setEncoding("utf8")) {
    const lines = (rest + String(text)).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const [lock = "", at = "0"] = line.split(" ");
      await attack(lock, Number(at));
      console.log("done");
    }
  }
}
