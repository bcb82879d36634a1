import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { childEnvironment, childScript } from "./child-process.js";
import { startedMark, storeOf } from "./victim.js";

/** One system call of a victim's work: the so manieth of its name since the process began. */
export interface TracedCall {
  readonly name: string;
  readonly nth: number;
}

/** Waiting and memory: killing at these is killing between two of the others. */
const NOT_FILES = /^(?:<|epoll|eventfd|mmap|poll|pipe|ioctl|fcntl|execve)/;

/** Why strace cannot be used here; undefined when it can. */
export function whyNoTrace(): string | undefined {
  if (process.platform !== "linux") return "strace needs Linux";
  const { status, error } = spawnSync("strace", ["-qq", "-o", "/dev/null", "true"], { stdio: "ignore" });
  if (error !== undefined) return "strace is not installed";
  return status === 0 ? undefined : "strace may not trace here";
}

/**
 * The command of a victim under strace. Without `-f`: only the main thread is looked at, which does all of the work, and Node's
 * own threads, which wake each other by `write`, are left alone.
 */
export function traced(script: string, folder: string, options: readonly string[]): readonly string[] {
  return ["-qq", ...options, process.execPath, childScript(script), "victim", folder];
}

/** Traces a whole undisturbed victim in an empty folder: its calls on files and descriptors, from where its work begins. */
export function traceCalls(script: string, folder: string): readonly TracedCall[] {
  const trace = path.join(folder, "trace");
  const options = ["-y", "-o", trace, "-e", "trace=%file,%desc", "-e", "signal=none"];
  const { status, stderr } = spawnSync("strace", traced(script, folder, options), {
    env: childEnvironment(),
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`an undisturbed victim failed: ${stderr}`);
  const counts = new Map<string, number>();
  const calls: TracedCall[] = [];
  let begun = false;
  for (const line of fs.readFileSync(trace, "utf8").split("\n")) {
    // `name(arguments) = result`
    const [, name] = /^(\w+)\(/.exec(line) ?? [];
    if (name === undefined || NOT_FILES.test(name)) continue;
    const nth = (counts.get(name) ?? 0) + 1;
    counts.set(name, nth);
    begun ||= line.includes(startedMark(folder));
    // What it writes elsewhere are its notes of what it was told, and wake-up calls.
    if (!begun || (name === "write" && !line.includes(`<${storeOf(folder)}/`))) continue;
    calls.push({ name, nth });
  }
  return calls;
}
