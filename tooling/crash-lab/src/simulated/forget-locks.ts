import { type SimulatedDisk } from "./simulated-disk.js";
import { type SimDirectory } from "./simulated-files.js";

/**
 * Removes all locks, as the start of the machine does in effect: their holders belong to another boot. Here it was this very
 * process that held them, and it lives.
 */
export function forgetLocks(disk: SimulatedDisk): void {
  const visit = (directory: SimDirectory): void => {
    for (const [name, node] of directory.entries) {
      if (node.kind === "file") continue;
      if (/\.lock$|^lock$/.test(name)) directory.entries.delete(name);
      else if (name === ".locks") node.entries.clear();
      else visit(node);
    }
  };
  visit(disk.root);
}
