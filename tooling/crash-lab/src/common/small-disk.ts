import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type Outcome } from "../lab/run.js";
import { childScript, startChild, startCommand } from "./child-process.js";
import { comeNext, makeCaseFolder, SOON_MS, storeOf, type Victim } from "./victim.js";

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

/** Why no limit on the size of files can be set here; undefined when it can. */
export function whyNoLimit(): string | undefined {
  return process.platform === "win32" ? "ulimit is not on Windows" : undefined;
}

/** Fills a disk of 1 MiB by the victim's work, frees some of it, and lets the next one work. */
export async function fillDisk(victim: Victim): Promise<Outcome> {
  // Only the store is on it: a process on a full disk could not note what it was told.
  const folder = makeCaseFolder();
  const store = storeOf(folder);
  fs.mkdirSync(store, { mode: 0o700 });
  if (!mount(store)) throw new Error("tmpfs could not be mounted");
  try {
    // Not in the store's own folder: what is in there that it does not know, it may refuse.
    const ballast = path.join(store, ".ballast");
    fs.writeFileSync(ballast, Buffer.alloc(300_000));
    const { stdout } = await startChild(victim.script, ["fill", folder]).ended;
    fs.rmSync(ballast);
    return await reportOn(victim, folder, stdout);
  } finally {
    unmount(store);
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** The same against a limit of 64 KiB on the size of a file: the last write is really cut short. */
export async function meetFileSizeLimit(victim: Victim): Promise<Outcome> {
  const folder = makeCaseFolder();
  try {
    const child = [process.execPath, childScript(victim.script), "fill", folder];
    const { stdout } = await startCommand("bash", ["-c", 'ulimit -f 64; exec "$@"', "bash", ...child]).ended;
    return await reportOn(victim, folder, stdout);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

async function reportOn(victim: Victim, folder: string, stdout: string): Promise<Outcome> {
  const refusal = stdout.trim();
  const { ms, problem } = await comeNext(victim, folder);
  const judged = await victim.judge(folder);
  const problems = [...judged.problems];
  if (problem !== undefined) problems.push(problem);
  if (refusal !== "IO_ERROR") problems.push(`refused with ${refusal || "nothing"} instead of IO_ERROR`);
  if (ms > SOON_MS) problems.push(`the next process took ${ms} ms`);
  return { ...judged, faults: 1, slowestMs: ms, note: refusal, problems };
}

function mount(folder: string): boolean {
  return (
    spawnSync("mount", ["-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", folder], { stdio: "ignore" }).status === 0
  );
}

function unmount(folder: string): boolean {
  return spawnSync("umount", [folder], { stdio: "ignore" }).status === 0;
}
