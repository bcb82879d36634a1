import fs from "node:fs";
import path from "node:path";
import { type Disk, errnoOf, openPrivateFile, syncDirectory } from "@agentlog/durable-fs";
import { isAgentlogError } from "@agentlog/types";
import { createAcceptor } from "./acceptance.js";
import { openCursor } from "./cursor.js";
import { SEAL } from "./format.js";
import { locate } from "./locate.js";
import { oldName } from "./log-file.js";
import { createScan } from "./scan.js";

/**
 * A repair puts a new file in the log's place. A writer that was stopped, and lost the lock to another machine's view of
 * time, may append to the old file until the very moment of the rename, and be told so: it looks whether the path still
 * names its file after the write. So the old file keeps a name of its own until all that came to it late is in the new
 * one. Whoever holds the lock next, when the repairer died in between, finishes it.
 *
 * `beginSwap` gives the file that second name; a file system without hard links goes without.
 */
export function beginSwap(disk: Disk, file: string): void {
  finishSwap(disk, file);
  try {
    disk.linkSync(file, oldName(file));
  } catch (error) {
    if (!NO_LINKS.has(errnoOf(error))) throw error;
  }
}

const NO_LINKS: ReadonlySet<string | undefined> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]);

/**
 * Under the lock: takes over what came late to the file that was replaced, if one was, and lets it go. Another holder, who
 * should not be there, may do the same at the same time: all of it may be done twice.
 */
export function finishSwap(disk: Disk, file: string): void {
  const old = disk.lstatSync(oldName(file), { throwIfNoEntry: false });
  if (old === undefined) return;
  const now = disk.lstatSync(file, { throwIfNoEntry: false });
  try {
    if (now === undefined) disk.renameSync(oldName(file), file);
    else {
      if (now.ino !== old.ino || now.dev !== old.dev) carryOver(disk, oldName(file), file);
      disk.unlinkSync(oldName(file));
    }
  } catch (error) {
    if (errnoBelow(error) !== "ENOENT") throw error;
  }
  syncDirectory(path.dirname(file), { disk });
}

function errnoBelow(error: unknown): string | undefined {
  return isAgentlogError(error, "IO_ERROR") ? error.errno : errnoOf(error);
}

const { O_APPEND, O_RDONLY, O_RDWR } = fs.constants;

/** Byte for byte, for their writers were told their numbers. Doing it twice is harmless: the second time they are stale. */
function carryOver(disk: Disk, from: string, to: string): void {
  const target = openPrivateFile(to, { flags: O_RDWR | O_APPEND, disk });
  try {
    const { size } = disk.fstatSync(target);
    const cursor = openCursor(disk, target, to, size);
    const late = linesAfter(disk, from, cursor.position.seq);
    if (late.length === 0) return;
    const bytes = Buffer.concat([Buffer.from(cursor.offset < size ? SEAL : ""), ...late]);
    const written = disk.writeSync(target, bytes, 0, bytes.length);
    if (written < bytes.length) throw Object.assign(new Error("short write"), { code: "ENOSPC", syscall: "write" });
    disk.fsyncSync(target);
  } finally {
    disk.closeSync(target);
  }
}

function linesAfter(disk: Disk, file: string, seq: number): readonly Buffer[] {
  const fd = openPrivateFile(file, { flags: O_RDONLY, disk, allowHardLinks: true });
  try {
    const start = locate(disk, fd, disk.fstatSync(fd).size, seq + 1);
    const lines: Buffer[] = [];
    const accept = ({ event, offset, end }: { event: { seq: number }; offset: number; end: number }): void => {
      if (event.seq <= seq) return;
      const line = Buffer.alloc(end - offset);
      disk.readSync(fd, line, 0, line.length, offset);
      lines.push(line);
    };
    const acceptor = createAcceptor(start, { accept }, "none");
    createScan(disk, fd, acceptor, start.offset).step();
    acceptor.settle();
    return lines;
  } finally {
    disk.closeSync(fd);
  }
}
