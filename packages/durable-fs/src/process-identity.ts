import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import os from "node:os";
import { isAgentlogError, toIoError } from "@agentlog/types";
import { type Disk, errnoOf, nodeDisk } from "./disk.js";

/**
 * What tells one process from all others that ever had its pid: when it started, in which boot of which machine, in which
 * pid namespace. `startTime` is opaque: clock ticks since boot on Linux, the start date elsewhere, "0" where unknown.
 */
export interface ProcessIdentity {
  readonly pid: number;
  readonly startTime: string;
  /** 12 hex digits: the boot, and with it the machine. */
  readonly bootId: string;
  /** The inode of the pid namespace on Linux, "0" elsewhere. */
  readonly pidNamespace: string;
}

/** `unknown`: on another machine, boot or pid namespace, so that nothing here can tell. */
export type Liveness = "alive" | "dead" | "unknown";

let cached: ProcessIdentity | undefined;

/**
 * The identity of this process; read once, where the disk is the real one. Throws `IO_ERROR` when this process has no
 * descriptor left to read it with: what it guessed then would name another machine, for as long as this process lives.
 */
export function currentProcess(disk: Disk = nodeDisk): ProcessIdentity {
  if (disk !== nodeDisk) return readIdentity(disk);
  return (cached ??= readIdentity(disk));
}

let cachedThread: ProcessIdentity | undefined;

/**
 * The same, of this thread: a worker thread can end by itself (`terminate()`), and what it held then is nobody's, while its
 * process goes on. Linux numbers threads as it does processes, in one sequence, so that `livenessOf` answers for both; the
 * main thread has its process's number. Elsewhere, and where /proc is another pid namespace's, it is the process.
 */
export function currentThread(disk: Disk = nodeDisk): ProcessIdentity {
  if (disk !== nodeDisk) return readThread(disk);
  return (cachedThread ??= readThread(disk));
}

function readThread(disk: Disk): ProcessIdentity {
  const owner = currentProcess(disk);
  const thread = process.platform === "linux" ? threadNumber(disk) : undefined;
  // Looked up as others will: where that finds nothing, they would take a living thread for a dead one.
  const stat = thread === undefined ? undefined : linuxStat(String(thread), disk);
  return thread === undefined || stat === undefined ? owner : { ...owner, pid: thread, startTime: stat.startTime };
}

/** Told by a link of 7 µs: asking `node:worker_threads` would load it, 1.5 ms. Undefined for the main thread. */
function threadNumber(disk: Disk): number | undefined {
  try {
    const [, owner, thread] = /^(\d+)\/task\/(\d+)$/.exec(disk.readlinkSync("/proc/thread-self")) ?? [];
    return owner !== String(process.pid) || thread === owner ? undefined : Number(thread);
  } catch {
    return undefined;
  }
}

/** In words for an error message: `process 7`, or `thread 9 of process 7` where Linux says that it is one. */
export function describeOwner({ pid }: ProcessIdentity, disk: Disk = nodeDisk): string {
  let owner: string | undefined;
  try {
    owner = /^Tgid:\s*(\d+)$/m.exec(disk.readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
  } catch {
    // Gone, hidden, or not Linux.
  }
  return owner === undefined || owner === String(pid) ? `process ${pid}` : `thread ${pid} of process ${owner}`;
}

function readIdentity(disk: Disk): ProcessIdentity {
  return {
    pid: process.pid,
    startTime: (process.platform === "linux" ? linuxStat("self", disk) : posixStat(process.pid))?.startTime ?? "0",
    bootId: bootId(disk),
    pidNamespace: pidNamespace(disk),
  };
}

/**
 * Whether that process still runs. A zombie counts as dead: it was killed and only its parent has not noticed, while
 * `kill(pid, 0)` calls it alive. A process with the same pid and another start time is another process. Whom this process
 * cannot look at for want of descriptors counts as alive: who looks may be about to take something away.
 */
export function livenessOf(identity: ProcessIdentity, disk: Disk = nodeDisk): Liveness {
  try {
    return look(identity, disk);
  } catch (error) {
    if (isAgentlogError(error, "IO_ERROR")) return "alive";
    throw error;
  }
}

function look(identity: ProcessIdentity, disk: Disk): Liveness {
  const here = currentProcess(disk);
  if (identity.bootId !== here.bootId || identity.pidNamespace !== here.pidNamespace) return "unknown";
  if (!Number.isInteger(identity.pid) || identity.pid <= 0) return "unknown";
  if (identity.pid === here.pid && identity.startTime === here.startTime) return "alive";
  const found = process.platform === "linux" ? linuxStat(String(identity.pid), disk) : posixStat(identity.pid);
  // /proc may hide other users' processes (hidepid): only the kernel's own "no such process" proves absence.
  if (found === undefined) return pidExists(identity.pid) ? "unknown" : "dead";
  if (found.zombie) return "dead";
  if (found.startTime === "0" || identity.startTime === "0") return "alive";
  return found.startTime === identity.startTime ? "alive" : "dead";
}

interface ProcessStat {
  readonly startTime: string;
  readonly zombie: boolean;
}

/** What is short for a moment says nothing about what was asked for. */
const SHORTAGES: ReadonlySet<string | undefined> = new Set(["EMFILE", "ENFILE", "ENOMEM"]);

/** Text of /proc; undefined when there is none. */
function readProc(path: string, disk: Disk): string | undefined {
  try {
    return disk.readFileSync(path, "latin1");
  } catch (error) {
    refuseShortage(error, path);
    return undefined;
  }
}

function refuseShortage(error: unknown, path: string): void {
  if (SHORTAGES.has(errnoOf(error))) throw toIoError(error, path, "looking at a process");
}

/** Field 3 (state) and field 22 (start time) of /proc/<pid>/stat; field 2 may itself hold spaces and brackets. */
function linuxStat(pid: string, disk: Disk): ProcessStat | undefined {
  const text = readProc(`/proc/${pid}/stat`, disk);
  if (text === undefined) return undefined;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const state = fields[0];
  return { startTime: fields[19] ?? "0", zombie: state === "Z" || state === "X" || state === "x" };
}

/** Elsewhere `ps` knows. It takes 5 to 10 ms, so callers ask once for each holder they meet. */
function posixStat(pid: number): ProcessStat | undefined {
  if (process.platform === "win32") return pidExists(pid) ? { startTime: "0", zombie: false } : undefined;
  try {
    const text = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C" },
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
    const [state = "", ...date] = text.split(/\s+/);
    return { startTime: shortHash(date.join(" ")), zombie: state.startsWith("Z") };
  } catch (error) {
    refuseShortage(error, "ps");
    return undefined;
  }
}

function pidExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) !== "ESRCH";
  }
}

function bootId(disk: Disk): string {
  if (process.platform === "linux") {
    const text = readProc("/proc/sys/kernel/random/boot_id", disk);
    if (text !== undefined) return text.replaceAll("-", "").slice(0, 12);
  }
  try {
    if (process.platform === "darwin") {
      return shortHash(execFileSync("sysctl", ["-n", "kern.bootsessionuuid"], { encoding: "utf8" }));
    }
  } catch {
    // Falls through: a machine that does not tell its boot is told by its name.
  }
  return shortHash(os.hostname());
}

function pidNamespace(disk: Disk): string {
  try {
    return /\d+/.exec(disk.readlinkSync("/proc/self/ns/pid"))?.[0] ?? "0";
  } catch {
    return "0";
  }
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
