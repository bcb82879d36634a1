import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { readAcknowledgements } from "./acknowledgements.js";
import { childScript, startChild, startCommand } from "./child-process.js";
import { appendNext, judgeCase, makeCaseFolder } from "./syscalls.js";
import { LOG } from "./trace.js";

export interface SmallDiskReport {
  /** What the append that did not fit was answered with. */
  readonly refusal: string;
  readonly acknowledged: number;
  readonly bytes: number;
  /** Milliseconds of the next process's append, once there is room. */
  readonly nextMs: number;
  readonly problem: string | undefined;
}

/** Why no small disk can be mounted here; undefined when it can. */
export function whyNoMount(): string | undefined {
  if (process.platform !== "linux") return "tmpfs needs Linux";
  if (process.getuid?.() !== 0) return "mounting needs root";
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "agentlog-mount-"));
  try {
    return mount(folder) && unmount(folder) ? undefined : "tmpfs may not be mounted here";
  } finally {
    fs.rmdirSync(folder);
  }
}

/** Fills a disk of 1 MiB by appends, frees some of it, and appends again. */
export async function fillDisk(): Promise<SmallDiskReport> {
  // Only the log is on it: a process on a full disk could not note what it was told.
  const folder = makeCaseFolder();
  const disk = path.dirname(path.join(folder, LOG));
  fs.mkdirSync(disk, { mode: 0o700 });
  if (!mount(disk)) throw new Error("tmpfs could not be mounted");
  try {
    const ballast = path.join(disk, "ballast");
    fs.writeFileSync(ballast, Buffer.alloc(300_000));
    const { stdout } = await startChild("syscalls-child", ["fill", folder]).ended;
    fs.rmSync(ballast);
    return await reportOn(folder, stdout);
  } finally {
    unmount(disk);
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** The same against a limit of 64 KiB on the size of a file: the last write is really cut short. */
export async function meetFileSizeLimit(): Promise<SmallDiskReport> {
  const folder = makeCaseFolder();
  try {
    const child = [process.execPath, childScript("syscalls-child"), "fill", folder];
    const { stdout } = await startCommand("bash", ["-c", 'ulimit -f 64; exec "$@"', "bash", ...child]).ended;
    return await reportOn(folder, stdout);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function reportOn(folder: string, refusal: string): Promise<SmallDiskReport> {
  const acknowledged = readAcknowledgements(path.join(folder, "acks")).length;
  const bytes = fs.statSync(path.join(folder, LOG)).size;
  const next = await appendNext(folder);
  const { problem } = await judgeCase(folder);
  return { refusal: refusal.trim(), acknowledged, bytes, nextMs: next.ms, problem: next.problem ?? problem };
}

function mount(folder: string): boolean {
  return (
    spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", folder], { stdio: "ignore" }).status === 0
  );
}

function unmount(folder: string): boolean {
  return spawnSync("umount", [folder], { stdio: "ignore" }).status === 0;
}
