// A process at locks. Each line on stdin is an order, `<name> <argument>…`; each is answered by one line of JSON, in the
// order in which they are done.
//   hold <path> <staleMs>              takes the lock and keeps it, until `give`
//   wait <path> <staleMs> <timeoutMs>  tries to take it: "got it", or the code and the holder of the error
//   look                               whether the lock it keeps is still its own
//   give                               gives it back
//   clock <ms>                         from now on Date is so far off
//   exhaust <path>                     tries to take it with no descriptor left, then with all of them: code and entry
//   block <ms>                         stands still, event loop and all, with the lock or without
// argv[2] `prepare <path>`: kills itself between making the lock's private directory and renaming it.
import { closeSync, openSync, readdirSync } from "node:fs";
import { createInterface } from "node:readline";
import { createDirectoryLock, nodeDisk } from "@agentlog/durable-fs";

const RealDate = Date;
const pause = new Int32Array(new SharedArrayBuffer(4));
let held;
let give = () => {};

const orders = {
  hold: (path, staleMs) =>
    new Promise((resolve, reject) => {
      createDirectoryLock(path, { staleMs: Number(staleMs) })
        .run(async (hold) => {
          held = hold;
          resolve("held");
          await new Promise((done) => (give = done));
        })
        .catch(reject);
    }),
  wait: async (path, staleMs, timeoutMs) => {
    const lock = createDirectoryLock(path, { staleMs: Number(staleMs) });
    return await lock.run(() => "got it", { timeoutMs: Number(timeoutMs) });
  },
  look: () => held.stillHeld(),
  give: () => {
    give();
    return "given";
  },
  clock: (ms) => {
    globalThis.Date = class extends RealDate {
      constructor(...args) {
        super(...(args.length === 0 ? [RealDate.now() + Number(ms)] : args));
      }
      static now() {
        return RealDate.now() + Number(ms);
      }
    };
    return "set";
  },
  exhaust: (path) => {
    const lock = createDirectoryLock(path);
    const open = [];
    let refused;
    try {
      for (;;) open.push(openSync("/dev/null"));
    } catch {
      try {
        lock.runSync(() => {});
      } catch ({ code, errno }) {
        refused = `${code} ${errno}`;
      }
    }
    for (const fd of open) closeSync(fd);
    return [refused, lock.runSync(() => readdirSync(path)[0])];
  },
  block: (ms) => {
    Atomics.wait(pause, 0, 0, Number(ms));
    return "awake";
  },
};

if (process.argv[2] === "prepare") {
  const disk = { ...nodeDisk, renameSync: () => process.kill(process.pid, "SIGKILL") };
  createDirectoryLock(process.argv[3], { disk }).runSync(() => {});
}
console.log('"ready"');
createInterface({ input: process.stdin }).on("line", async (line) => {
  const [name, ...args] = line.split(" ");
  try {
    console.log(JSON.stringify(await orders[name](...args)));
  } catch ({ code, holder, message }) {
    console.log(JSON.stringify(code === undefined ? { message } : { code, holder }));
  }
});
