import fs from "node:fs";
import os from "node:os";

/**
 * A process in one string, equal only for the same process: `<pid>-<start time>`, the start in clock ticks since boot.
 * Undefined where /proc does not tell it, for a pid alone is used again.
 */
export function processName(pid: number): string | undefined {
  try {
    // "utf8" is the one encoding that Node reads a file in without a detour.
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
    // Field 22; field 2, the program's name, may itself hold spaces and brackets.
    const start = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return start === undefined || !/^[1-9]\d*$/.test(start) ? undefined : `${pid}-${start}`;
  } catch {
    return undefined;
  }
}

/** The host's name. On Linux without node:os, which takes longer to load than the file to read. */
export function hostName(): string {
  try {
    return fs.readFileSync("/proc/sys/kernel/hostname", "utf8").trimEnd();
  } catch {
    return os.hostname();
  }
}
