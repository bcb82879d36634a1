// Prints what importing the package, opening a lock and taking it each did to the process.
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
console.log(JSON.stringify({ imported, opened, taken: state() }));
