import fs from "node:fs";
import path from "node:path";
import { agentlogError } from "@agentlog/types";

/** Where the user stands. */
export interface Place {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/** The user's home. Throws `USAGE` when HOME is not set: nobody else's settings are to be guessed at. */
export function homeFolder({ env }: Place): string {
  const home = env["HOME"] ?? env["USERPROFILE"] ?? "";
  if (path.isAbsolute(home) && path.dirname(home) !== home) return path.resolve(home);
  throw agentlogError("USAGE", "HOME is not set to a folder of yours; set it, or use --scope project", {
    hint: "set HOME",
  });
}

/** The folder an environment variable names, or else one below the home. A relative one is the agent's, below `cwd`. */
export function configFolder(place: Place, variable: string, ...below: readonly string[]): string {
  const given = place.env[variable];
  return given === undefined || given === "" ? path.join(homeFolder(place), ...below) : path.resolve(place.cwd, given);
}

/** Deeper than any working tree, and an end for a file system that has none. */
const MOST_LEVELS = 64;

/** The repository around `cwd`: the nearest folder with a `.git`; `cwd` itself where there is none. */
export function projectFolder({ cwd }: Place): string {
  let folder = path.resolve(cwd);
  for (let level = 0; level < MOST_LEVELS; level++) {
    if (fs.existsSync(path.join(folder, ".git"))) return folder;
    const above = path.dirname(folder);
    if (above === folder) break;
    folder = above;
  }
  return path.resolve(cwd);
}
