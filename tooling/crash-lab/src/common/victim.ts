import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { startChild } from "./child-process.js";
import { type Outcome } from "../lab/run.js";

/**
 * A program to which something happens, and who judges what it leaves. Its script is started with a way and a folder:
 *
 * - `victim`: does everything once elsewhere, so that all code is loaded; makes the folder's `begun`; then does its work in `store`
 * - `next`: comes afterwards, does a piece of work and prints how many milliseconds that took
 * - `fill`: works until the disk refuses, and prints the code of the refusal
 *
 * What it is told is safe it notes in `acks`.
 */
export interface Victim {
  /** Such as `log/syscalls-child`. */
  readonly script: string;
  /** Judges the folder when everybody has left it. */
  readonly judge: (folder: string) => Promise<Outcome>;
  /** Whether it finds out a write that claims to have written what it has not. */
  readonly outlivesLies?: true;
}

/**
 * Milliseconds within which the next one must have done its work, however busy the machine is: more would mean that it
 * waited for a dead one's lock to grow stale, which takes 10,000.
 */
export const SOON_MS = 2_000;

/** The folder of everything that is under test. */
export function storeOf(folder: string): string {
  return path.join(folder, "store");
}

export function acknowledgementsOf(folder: string): string {
  return path.join(folder, "acks");
}

/** The folder that a victim makes when its work begins. */
export function startedMark(folder: string): string {
  return path.join(folder, "begun");
}

/** A folder with what a victim needs. */
export function makeCaseFolder(): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "agentlog-victim-"));
  fs.mkdirSync(acknowledgementsOf(folder));
  return folder;
}

/** A process that comes afterwards: how long its work took, measured inside it. */
export async function comeNext({ script }: Victim, folder: string): Promise<{ ms: number; problem?: string }> {
  const { code, stdout, stderr } = await startChild(script, ["next", folder]).ended;
  return code === 0
    ? { ms: Number(stdout) }
    : { ms: Number.NaN, problem: `the next process failed: ${errorIn(stderr)}` };
}

/** The line of a crash that says what was thrown. */
function errorIn(stderr: string): string {
  return stderr.split("\n").find((line) => /^\w*Error\b/.test(line)) ?? stderr.trim();
}
