// Prints what importing the package, opening a lock and taking it in each way did to the process.
import { createRequire } from "node:module";
import { createDirectoryLock } from "@agentlog/durable-fs";

const require = createRequire(import.meta.url);
const state = () => ({
  loaded: Object.keys(require.cache).some((file) => file.includes("proper-lockfile")),
  listeners: process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
});
const imported = state();
const lock = createDirectoryLock(process.argv[2]);
lock.sweep();
const opened = state();
lock.runSync(() => {});
await lock.run(() => {});
const synchronous = state();
await lock.run(async () => {});
console.log(JSON.stringify({ imported, opened, synchronous, taken: state() }));
