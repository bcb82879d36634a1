import fs from "node:fs";

/**
 * A process in one string, equal only for the same process: `<pid>-<start time>`, the start in clock ticks since boot.
 * Undefined where /proc does not tell it, for a pid alone is used again.
 */
export function processName(pid: number): string | undefined {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, "latin1");
    // Field 22; field 2, the program's name, may itself hold spaces and brackets.
    const start = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
    return start === undefined || !/^[1-9]\d*$/.test(start) ? undefined : `${pid}-${start}`;
  } catch {
    return undefined;
  }
}
