import { randomBytes } from "node:crypto";
import path from "node:path";
import { type Disk, type Lock, makePrivateDirectory, replaceFile } from "@agentlog/durable-fs";
import { toIoError } from "@agentlog/types";
import { logReplaced, openForRead } from "./log-file.js";
import { planRepair, type RepairPlan, type Stretch } from "./repair-plan.js";
import { beginSwap, finishSwap } from "./repair-swap.js";

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
 * [EL-12] Rewrites a log to its accepted lines, byte for byte and where they were, by one atomic replacement; everything
 * else is first copied to quarantine. A crash at any moment leaves the old file or the new one.
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
    if (old === undefined) return NOTHING_THERE;
    try {
      const plan = planRepair(disk, old.fd);
      if (!plan.needed || dryRun) return report(plan, undefined);
      const quarantine = setAside(disk, quarantineDirectory, file, old.fd, plan);
      beginSwap(disk, file);
      const assertSame = (): void => {
        // The lock keeps two repairs apart. Should it fail to, the second must not undo the first.
        if (old.size() === undefined) throw logReplaced(file, "was replaced");
      };
      replaceFile(file, contentOf(disk, old.fd, plan), { disk, beforeRename: assertSame });
      finishSwap(disk, file);
      return report(plan, quarantine);
    } finally {
      old.close();
    }
  };
  try {
    if (disk.lstatSync(path.dirname(file), { throwIfNoEntry: false }) === undefined) return NOTHING_THERE;
    if (dryRun) return repairUnderLock();
    return await options.lock.run(
      () => {
        finishSwap(disk, file);
        return repairUnderLock();
      },
      { timeoutMs: options.lockTimeoutMs },
    );
  } catch (error) {
    throw toIoError(error, file, "repairing");
  }
}

const NOTHING_THERE: RepairReport = { changed: false, events: 0, setAside: [], holes: [], quarantine: undefined };

function report(plan: RepairPlan, quarantine: string | undefined): RepairReport {
  const aside = plan.setAside.map(({ kind, offset, end }) => ({ kind, offset, bytes: end - offset }));
  return { changed: plan.needed, events: plan.events, setAside: aside, holes: plan.holes, quarantine };
}

function* contentOf(disk: Disk, fd: number, plan: RepairPlan): Generator<Buffer> {
  for (const part of plan.parts) {
    if ("line" in part) yield part.line;
    else if ("fill" in part) yield* emptyLines(part.fill);
    else yield* bytesOf(disk, fd, part);
  }
}

function* emptyLines(count: number): Generator<Buffer> {
  for (let left = count; left > 0; left -= COPY_BYTES) yield Buffer.alloc(Math.min(left, COPY_BYTES), "\n");
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
