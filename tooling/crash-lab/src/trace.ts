import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { childEnvironment, childScript } from "./child-process.js";

/** How often a process made one system call, before appending began and in all. */
export interface CallCount {
  readonly name: string;
  readonly before: number;
  readonly total: number;
  /** Only calls on this file count. */
  readonly on?: string;
}

/** Waiting and memory: killing at these is killing between two of the others. */
const NOT_FILES = /^(?:<|epoll|eventfd|mmap|poll|pipe|ioctl|fcntl|execve)/;

/** The log in a victim's folder. */
export const LOG: string = path.join("log", "events.jsonl");

/** Why strace cannot be used here; undefined when it can. */
export function whyNoTrace(): string | undefined {
  if (process.platform !== "linux") return "strace needs Linux";
  const { status, error } = spawnSync("strace", ["-f", "-qq", "-o", "/dev/null", "true"], { stdio: "ignore" });
  if (error !== undefined) return "strace is not installed";
  return status === 0 ? undefined : "strace may not trace here";
}

/**
 * Traces a whole undisturbed victim in an empty folder and counts the calls on files of its main thread, which makes all
 * of an append: strace counts each thread's calls by themselves when it decides which one to inject into.
 */
export function countCalls(folder: string): readonly CallCount[] {
  const trace = path.join(folder, "trace");
  const child = [process.execPath, childScript("syscalls-child"), "victim", folder];
  const { status, stderr } = spawnSync(
    "strace",
    ["-f", "-qq", "-o", trace, "-e", "trace=%file,%desc", "-e", "signal=none", ...child],
    { env: childEnvironment(), encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`an undisturbed victim failed: ${stderr}`);
  const counts = new Map<string, { name: string; before: number; total: number; on?: string }>();
  let begun = false;
  let main: string | undefined;
  for (const line of fs.readFileSync(trace, "utf8").split("\n")) {
    // `<thread> name(arguments) = result`
    const [, thread, name] = /^(\d+) +(\w+)\(/.exec(line) ?? [];
    main ??= thread;
    if (name === undefined || thread !== main || NOT_FILES.test(name)) continue;
    const count = counts.get(name) ?? { name, before: 0, total: 0 };
    counts.set(name, count);
    count.total++;
    begun ||= line.includes('/begun"');
    if (!begun) count.before++;
  }
  // Node wakes its own threads by `write`, and waits for ever for a thread that was not woken: only the log's two count.
  counts.set("write", { name: "write", before: 0, total: 2, on: LOG });
  return [...counts.values()].filter(({ before, total }) => total > before);
}
