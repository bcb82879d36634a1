// Takes the lock at argv[2] and does as argv[3] says:
//   keep      stays until told "exit" on stdin or killed
//   unref     holds an asynchronous critical and has nothing else to do: the process must end by itself
//   interrupt stays; Ctrl-C must end it
import { createDirectoryLock } from "@agentlog/durable-fs";

const [, , path, mode] = process.argv;
const lock = createDirectoryLock(path);
void lock.run(async () => {
  // By then proper-lockfile looks after it.
  await Promise.resolve();
  process.stdout.write("held\n");
  if (mode !== "unref") {
    // A shell's background command has no stdin that would keep it alive.
    setInterval(() => {}, 60_000);
    process.stdin.on("data", (text) => {
      if (String(text).trim() === "exit") process.exit(0);
    });
  }
  await new Promise(() => {});
});
