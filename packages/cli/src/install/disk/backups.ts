import path from "node:path";
import { type Disk, errnoOf, replaceFile } from "@agentlog/durable-fs";
import { toIoError } from "@agentlog/types";

/** Keeps a file's bytes beside it, as `<file>.agentlog-backup-20261120T101500Z`, mode 0600. Returns where. */
export function makeBackup(file: string, bytes: Uint8Array, now: Date, disk: Disk): string {
  const name = prefixOf(file) + now.toISOString().replaceAll(/[-:]|\.\d+/g, "");
  let backup = name;
  for (let n = 2; disk.lstatSync(backup, { throwIfNoEntry: false }) !== undefined; n++) backup = `${name}-${n}`;
  replaceFile(backup, bytes, { disk });
  return backup;
}

/** The backups of a file that hold exactly these bytes. */
export function backupsOf(file: string, bytes: Uint8Array, disk: Disk): readonly string[] {
  return listBackups(file, disk).filter((backup) => {
    const stats = disk.lstatSync(backup, { throwIfNoEntry: false });
    return stats?.isFile() === true && stats.size === bytes.length && disk.readFileSync(backup).equals(bytes);
  });
}

/** Removes backups that say nothing which is not in the file itself. One that cannot be removed now does no harm. */
export function dropBackups(backups: readonly string[], disk: Disk): void {
  for (const backup of backups) {
    try {
      disk.unlinkSync(backup);
    } catch {
      // Gone already, or left: it is only superfluous.
    }
  }
}

function listBackups(file: string, disk: Disk): readonly string[] {
  const prefix = path.basename(prefixOf(file));
  try {
    const names = disk.readdirSync(path.dirname(file));
    return names.filter((name) => name.startsWith(prefix)).map((name) => path.join(path.dirname(file), name));
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw toIoError(error, path.dirname(file), "listing a folder");
  }
}

function prefixOf(file: string): string {
  return `${file}.agentlog-backup-`;
}
