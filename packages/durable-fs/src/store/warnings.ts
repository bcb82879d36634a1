import { dirname } from "node:path";
import type { Disk } from "../disk.js";
import { cloudServiceOf } from "../files/cloud-folder.js";
import { describeFileSystem } from "../files/network-fs.js";

/** What makes a store less safe than it should be, one line each. */
export function storeWarnings(root: string, disk: Disk): readonly string[] {
  const warnings = [networkWarning(root, disk), cloudWarning(root), parentWarning(dirname(root), disk)];
  return warnings.filter((warning) => warning !== undefined);
}

function networkWarning(root: string, disk: Disk): string | undefined {
  const { kind, name } = describeFileSystem(root, { disk });
  if (kind !== "network") return undefined;
  const danger = `${root} is on a network file system (${name}), where appends and locks are not atomic`;
  return `${danger}; use it from one machine at a time, or set AGENTLOG_HOME to a local directory`;
}

/** A copy is taken in the middle of a write, and put in the place of what another machine wrote. */
function cloudWarning(root: string): string | undefined {
  const service = cloudServiceOf(root);
  if (service === undefined) return undefined;
  return `${root} is in a folder that ${service} copies to other machines, which can lose what was written; set AGENTLOG_HOME to a local directory`;
}

/** Who can write to the parent can put another directory in the root's place. A private group (number = user's) is fine. */
function parentWarning(parent: string, disk: Disk): string | undefined {
  const me = process.geteuid?.();
  if (me === undefined) return undefined;
  try {
    const { mode, gid } = disk.statSync(parent);
    const isShared = (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== me);
    if (!isShared || (mode & 0o1000) !== 0) return undefined;
    return `${parent} can be written to by other users, who could replace the store in it; run: chmod go-w ${parent}`;
  } catch {
    return undefined;
  }
}
