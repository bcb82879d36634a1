// A process that appends to the log at argv[3] and comes to harm in the way argv[2] says. Prints `<id> <seq>` for each
// acknowledged event, whole lines only.
//   stop <fence|write>   stops itself right before it looks at its lock, or right before its write
//   sync                 appends for ever, blocking
//   async                appends for ever, twenty at once
//   throw | reject | exit  the same, and after forty events dies of an uncaught error, a rejection, process.exit(7)
//   slow <method> <ms>   each call of that method, a sync, takes so long; prints "syncing" when one begins
//   count <n> <many> <lockTimeoutMs>  appends n events, so many at once
//   cluster <n>          forks four workers by node:cluster that append n events each by the log it opened
import cluster from "node:cluster";
import { once } from "node:events";
import { writeSync } from "node:fs";
import { createDirectoryLock, nodeDisk } from "@agentlog/durable-fs";
import { openEventLog } from "@agentlog/event-log";

const [, , way, path, first, second, third] = process.argv;
const pause = new Int32Array(new SharedArrayBuffer(4));
const event = (n) => ({ type: "note.taken", data: { n } });
const tell = ({ id, seq }) => writeSync(1, `${id} ${seq}\n`);

/** The real disk, with something in front of the first call of a method on such a path. */
const before = (method, matches, act) => {
  let done = false;
  return {
    ...nodeDisk,
    [method]: (...args) => {
      if (!done && matches(args[0])) {
        done = true;
        act();
      }
      return nodeDisk[method](...args);
    },
  };
};

const stopNow = () => {
  writeSync(1, "stopping\n");
  process.kill(process.pid, "SIGSTOP");
  Atomics.wait(pause, 0, 0, 5);
};

const appendCount = async (log, count, many) => {
  for (let n = 0; n < count; n += many) {
    const appended = await Promise.all(
      Array.from({ length: Math.min(many, count - n) }, (_, i) => log.append(event(n + i))),
    );
    for (const one of appended) tell(one);
  }
};

const ways = {
  stop: async () => {
    const atFence = before("statSync", (of) => String(of).includes(".lock/"), stopNow);
    const disk = first === "fence" ? atFence : before("writeSync", () => true, stopNow);
    const lock = createDirectoryLock(`${path}.lock`, { disk, staleMs: 2_000 });
    tell(await openEventLog(path, { disk, lock, lockTimeoutMs: 60_000 }).append({ ...event(0), id: "stopped" }));
  },
  sync: () => {
    const log = openEventLog(path);
    for (let n = 0; ; n++) tell(log.appendSync(event(n)));
  },
  async: async () => await appendCount(openEventLog(path), 1e9, 20),
  slow: async () => {
    const slowly = (fd) => {
      writeSync(1, "syncing\n");
      Atomics.wait(pause, 0, 0, Number(second));
      return nodeDisk[first](fd);
    };
    tell(await openEventLog(path, { disk: { ...nodeDisk, [first]: slowly }, durability: "disk" }).append(event(0)));
  },
  count: async () =>
    await appendCount(openEventLog(path, { lockTimeoutMs: Number(third) }), Number(first), Number(second)),
  cluster: async () => {
    const log = openEventLog(path);
    if (cluster.isPrimary) {
      await appendCount(log, Number(first), 3);
      const workers = Array.from({ length: 4 }, () => cluster.fork());
      const ends = workers.map((worker) => once(worker, "exit"));
      await appendCount(log, Number(first), 3);
      for (const [code] of await Promise.all(ends)) if (code !== 0) process.exitCode = 1;
    } else {
      await appendCount(log, Number(first), 3);
      await log.close();
      cluster.worker.disconnect();
    }
  },
};

const dying = {
  throw: () =>
    setImmediate(() => {
      throw new Error("boom");
    }),
  reject: () => void Promise.reject(new Error("boom")),
  exit: () => process.exit(7),
};
if (way in dying) {
  const log = openEventLog(path);
  for (let n = 0; n < 400; n++) {
    void log.append(event(n)).then(tell, () => {});
    if (n % 20 === 19) await new Promise((resolve) => setImmediate(resolve));
    // With twenty handed over and none of them answered.
    if (n === 219) dying[way]();
  }
} else await ways[way]();
