// Takes the lock at argv[2] five times in quick succession, then ends as argv[3] says: "exit", "end" or "kill".
import { createDirectoryLock } from "@agentlog/durable-fs";

const [, , path, way] = process.argv;
const lock = createDirectoryLock(path);
for (let hold = 0; hold < 5; hold++) lock.runSync(() => {});
if (way === "exit") process.exit(0);
if (way === "kill") process.kill(process.pid, "SIGKILL");
