// Does as argv[2] says with the store in the folder argv[3]:
//   count <name> <times>  increments one document so often, and prints a line once each increment is acknowledged
//   save <text> <call>    saves a document of that text, and dies by SIGKILL at that call of the disk, half of it done where it is a write
//   hold                  takes the lock of the document, says so, and keeps it
import fs from "node:fs";
import { fileSnapshotStore } from "@agentlog/snapshot-store";

const [, , mode, directory, ...args] = process.argv;

const dyingDisk = (last) => {
  let calls = 0;
  return new Proxy(fs, {
    get: (target, name) => {
      const call = target[name];
      if (typeof call !== "function") return call;
      return (...given) => {
        if (++calls !== last) return call(...given);
        if (name === "writeSync") call(given[0], given[1], 0, given[1].length >> 1, null);
        process.kill(process.pid, "SIGKILL");
        // A signal to oneself is delivered before the call returns; should it not be, nothing more may happen.
        for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000);
      };
    },
  });
};

if (mode === "count") {
  const [name, times] = args;
  const store = fileSnapshotStore({ directory, lockTimeoutMs: 60_000 });
  for (let n = 0; n < Number(times); n++) {
    await store.update("counter", (counts = { total: 0, by: {} }) => {
      counts.total++;
      counts.by[name] = (counts.by[name] ?? 0) + 1;
      return counts;
    });
    fs.writeSync(1, "+");
  }
} else if (mode === "save") {
  const [text, call] = args;
  const store = fileSnapshotStore({ directory, keep: 2, disk: dyingDisk(Number(call)) });
  await store.save("k", { text });
  fs.writeSync(1, "saved");
} else if (mode === "hold") {
  const store = fileSnapshotStore({ directory });
  await store.update("k", async () => {
    fs.writeSync(1, "held");
    await new Promise((resolve) => setTimeout(resolve, 60_000));
    return {};
  });
}
