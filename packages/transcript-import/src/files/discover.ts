import { lstat, realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { agentlogError } from "@agentlog/types";
import { type DiscoverOptions, type Discovery, type FoundFile } from "../source.js";
import { type Found, type SkippedPath, unreadable } from "./search.js";

/**
 * An agent's own folder: what the environment variable says, unless it is empty, else the folder below the person's home.
 *
 * @param usual its names, from the home on
 */
export function agentFolder(env: DiscoverOptions["env"], variable: string, ...usual: readonly string[]): string {
  const configured = env[variable];
  return resolve(configured === undefined || configured === "" ? join(homedir(), ...usual) : configured);
}

/** What to do with what a person named. */
export interface Look {
  /** Searches a folder. */
  readonly folder: (path: string) => Promise<Found>;
  /** Takes a file, or does not. Default: it is taken, whatever its name. */
  readonly file?: (path: string) => Promise<Found>;
}

/**
 * What is at the paths that a person named. A link there is what they meant, so it is followed; links below it are not.
 * Rejects with `NOT_FOUND` when there is nothing.
 */
export function lookAt(paths: readonly string[], look: Look): Promise<readonly Found[]> {
  return Promise.all(paths.map((path) => lookAtOne(path, look)));
}

async function lookAtOne(path: string, { folder, file }: Look): Promise<Found> {
  try {
    const real = await realpath(resolve(path));
    if ((await lstat(real)).isDirectory()) return await folder(real);
    return file === undefined ? { files: [real], skipped: [] } : await file(real);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") throw agentlogError("NOT_FOUND", `there is no ${path}`, { what: "path", id: path });
    return { files: [], skipped: [unreadable(path, error)] };
  }
}

/** The files that were found, with their sizes; one that was found twice is named once. */
export async function measure(found: readonly Found[]): Promise<Discovery> {
  const skipped: SkippedPath[] = found.flatMap((one) => one.skipped);
  const files: FoundFile[] = [];
  for (const path of new Set(found.flatMap((one) => one.files))) {
    try {
      files.push({ path, bytes: (await lstat(path)).size });
    } catch (error) {
      skipped.push(unreadable(path, error));
    }
  }
  return { files, skipped };
}
