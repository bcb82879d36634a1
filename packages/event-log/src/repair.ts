import { randomBytes } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { type Disk, type Lock, makePrivateDirectory, openPrivateFile, replaceFile } from "@agentlog/durable-fs";
import { toIoError } from "@agentlog/types";
import { openForRead } from "./log-file.js";
import { planRepair, type RepairPlan, type Stretch } from "./repair-plan.js";

export interface RepairOptions {
  /** Only says what would be done. Default false. */
  readonly dryRun?: boolean;
}

export interface RepairReport {
  /** Whether the file was, or with `dryRun` would be, rewritten. */
  readonly changed: boolean;
  /** Accepted events, all of them kept. */
  readonly events: number;
  /** What was moved to quarantine: where it stood in the old file, and why it did not count. */
  readonly setAside: readonly { readonly kind: string; readonly offset: number; readonly bytes: number }[];
  /** Numbers that were lost before, now named in the log. */
  readonly holes: readonly { readonly from: number; readonly to: number }[];
  /** The file with the bytes set aside; a `.json` beside it says where each stood. Undefined when nothing was. */
  readonly quarantine: string | undefined;
}

const COPY_BYTES = 1024 * 1024;

/**
 * [EL-12] Rewrites a log to its accepted lines, byte for byte, by one atomic replacement; everything else is first copied
 * to quarantine. A crash at any moment leaves the old file or the new one.
 */
export async function repairLog(options: {
  readonly disk: Disk;
  readonly path: string;
  readonly lock: Lock;
  readonly lockTimeoutMs: number;
  readonly quarantineDirectory: string;
  readonly dryRun: boolean;
}): Promise<RepairReport> {
  const { disk, path: file, quarantineDirectory, dryRun } = options;
  const repairUnderLock = (): RepairReport => {
    const old = openForRead(disk, file);
    if (old === undefined) return { changed: false, events: 0, setAside: [], holes: [], quarantine: undefined };
    try {
      const plan = planRepair(disk, old.fd);
      if (!plan.needed || dryRun) return report(plan, undefined);
      const quarantine = setAside(disk, quarantineDirectory, file, old.fd, plan);
      replaceFile(file, contentOf(disk, old.fd, plan), { disk });
      carryOver(disk, old.fd, file, plan);
      return report(plan, quarantine);
    } catch (error) {
      throw toIoError(error, file, "repairing");
    } finally {
      old.close();
    }
  };
  if (disk.lstatSync(path.dirname(file), { throwIfNoEntry: false }) === undefined) return repairUnderLock();
  return options.lock.run(repairUnderLock, { timeoutMs: options.lockTimeoutMs });
}

function report(plan: RepairPlan, quarantine: string | undefined): RepairReport {
  const aside = plan.setAside.map(({ kind, offset, end }) => ({ kind, offset, bytes: end - offset }));
  return { changed: plan.needed, events: plan.events, setAside: aside, holes: plan.holes, quarantine };
}

function* contentOf(disk: Disk, fd: number, plan: RepairPlan): Generator<Buffer> {
  for (const part of plan.keep) {
    if ("line" in part) yield part.line;
    else yield* bytesOf(disk, fd, part);
  }
}

function* bytesOf(disk: Disk, fd: number, { offset, end }: Stretch): Generator<Buffer> {
  for (let at = offset; at < end;) {
    const chunk = Buffer.allocUnsafe(Math.min(COPY_BYTES, end - at));
    const count = disk.readSync(fd, chunk, 0, chunk.length, at);
    if (count === 0) return;
    yield chunk.subarray(0, count);
    at += count;
  }
}

/** Copies what does not count to one file, with another beside it that says what each piece was. Returns the former. */
function setAside(disk: Disk, directory: string, file: string, fd: number, plan: RepairPlan): string | undefined {
  if (plan.setAside.length === 0) return undefined;
  makePrivateDirectory(directory, { disk });
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, "-");
  const target = path.join(directory, `${path.basename(file)}.${stamp}.${randomBytes(4).toString("hex")}`);
  let at = 0;
  const pieces = plan.setAside.map(({ kind, offset, end }) => {
    const piece = { kind, offset, bytes: end - offset, at };
    at += piece.bytes;
    return piece;
  });
  replaceFile(target, joined(disk, fd, plan.setAside), { disk });
  const manifest = { from: file, repaired: new Date().toISOString(), pieces, holes: plan.holes };
  replaceFile(`${target}.json`, Buffer.from(`${JSON.stringify(manifest, undefined, 2)}\n`), { disk });
  return target;
}

function* joined(disk: Disk, fd: number, stretches: readonly Stretch[]): Generator<Buffer> {
  for (const stretch of stretches) yield* bytesOf(disk, fd, stretch);
}

/**
 * A writer that was stopped while it held the lock, and lost it to another machine's view of time, may have appended to
 * the old file between the plan and the replacement, and been told so. What it appended goes behind the new file's end.
 */
function carryOver(disk: Disk, oldFd: number, file: string, plan: RepairPlan): void {
  if (disk.fstatSync(oldFd).size === plan.size) return;
  const late = planRepair(disk, oldFd);
  if (late.position.seq === plan.position.seq) return;
  const fd = openPrivateFile(file, { flags: fs.constants.O_RDWR | fs.constants.O_APPEND, disk });
  try {
    for (const part of late.keep) {
      if ("line" in part || part.end <= plan.size) continue;
      const bytes = Buffer.concat([
        ...bytesOf(disk, oldFd, { offset: Math.max(part.offset, plan.size), end: part.end }),
      ]);
      disk.writeSync(fd, bytes, 0, bytes.length);
    }
    disk.fsyncSync(fd);
  } finally {
    disk.closeSync(fd);
  }
}
