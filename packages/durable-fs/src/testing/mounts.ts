import { spawnSync } from "node:child_process";
import { isRoot } from "./as-user.js";

/** Why nothing can be mounted here, in brackets for a test's name; empty where it can. */
export const noMounts: string =
  process.platform === "linux" && isRoot ? "" : " (skipped: mounting needs root on Linux)";

/** Runs something while a file system is mounted at `folder`. */
export async function withMount<T>(folder: string, options: readonly string[], run: () => T | Promise<T>): Promise<T> {
  const { status, stderr } = spawnSync("mount", [...options, folder], { encoding: "utf8" });
  if (status !== 0) throw new Error(`mount ${options.join(" ")} failed: ${stderr}`);
  try {
    return await run();
  } finally {
    spawnSync("umount", ["--lazy", folder]);
  }
}
