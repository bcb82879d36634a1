import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/**
 * All that is below a path, each with its kind, mode and owner, and a file's hash: equal before and after means that
 * nothing was made, changed or taken away. A path that is not there is an empty tree.
 */
export function treeOf(path: string): Readonly<Record<string, string>> {
  const tree: Record<string, string> = {};
  const look = (at: string, name: string): void => {
    const stats = lstatSync(at, { throwIfNoEntry: false });
    if (stats === undefined) return;
    let content = "";
    if (stats.isFile()) content = createHash("sha256").update(readFileSync(at)).digest("hex");
    if (stats.isSymbolicLink()) content = readlinkSync(at);
    tree[name] = `${stats.mode.toString(8)} ${stats.uid} ${content}`;
    if (stats.isDirectory()) for (const entry of readdirSync(at)) look(join(at, entry), `${name}/${entry}`);
  };
  look(path, ".");
  return tree;
}
