/**
 * Installs what some tests need from the system, where that is possible without asking: strace, on Debian and its kin, as
 * root. Everywhere else those tests say why they skip.
 */
import { spawnSync } from "node:child_process";

const works = (command, ...args) => spawnSync(command, args, { stdio: "ignore" }).status === 0;

if (process.platform === "linux" && !works("strace", "-V")) {
  const isRoot = process.getuid?.() === 0;
  if (isRoot && works("apt-get", "--version")) {
    console.log("installing strace for the tests that kill a process at each system call");
    const done =
      works("apt-get", "install", "-qy", "strace") ||
      (works("apt-get", "update", "-q") && works("apt-get", "install", "-qy", "strace"));
    if (!done) console.log("strace could not be installed: those tests will be skipped");
  } else {
    console.log("strace is not installed (apt-get install strace): the tests that need it will be skipped");
  }
}
