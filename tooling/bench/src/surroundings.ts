import { createRequire } from "node:module";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** Where and with what a run was made. No host name, no user, no path. */
export interface Surroundings {
  readonly date: string;
  readonly machine: string;
  readonly system: string;
  readonly memoryGB: number;
  readonly fileSystem: string;
  readonly nodes: readonly string[];
  readonly sqlite: string;
  readonly dependencies: Readonly<Record<string, string>>;
}

const DEPENDENCIES = ["lmdb", "pino", "proper-lockfile", "write-file-atomic"];

/** What `describeFileSystem` tells apart, by the number of statfs; the others by that number. */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0xef53: "ext4",
  0x9123683e: "btrfs",
  0x58465342: "xfs",
  0x01021994: "tmpfs",
  0x794c7630: "overlay",
};

export function describeSurroundings(folder: string, nodes: readonly string[], sqlite: string): Surroundings {
  const processors = os.cpus();
  const { type } = fs.statfsSync(folder);
  return {
    date: new Date().toISOString(),
    machine: `${processors.length} x ${processors[0]?.model.trim() ?? "unknown processor"}`,
    system: `${os.type()} ${os.release()}`,
    memoryGB: Math.round(os.totalmem() / 2 ** 30),
    fileSystem: FILE_SYSTEMS[type] ?? `type 0x${type.toString(16)}`,
    nodes,
    sqlite,
    dependencies: Object.fromEntries(DEPENDENCIES.map((name) => [name, versionOfDependency(name)])),
  };
}

/** Read from its folder: not every package lets its package.json be required. */
function versionOfDependency(name: string): string {
  for (const folder of createRequire(fileURLToPath(import.meta.url)).resolve.paths(name) ?? []) {
    const file = path.join(folder, name, "package.json");
    if (fs.existsSync(file)) return (JSON.parse(fs.readFileSync(file, "utf8")) as { readonly version: string }).version;
  }
  return "not installed";
}
