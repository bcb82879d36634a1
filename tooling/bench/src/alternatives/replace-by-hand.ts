import fs from "node:fs";
import path from "node:path";

/** The least that replaces a file so that it survives a power loss: write, sync, rename, sync of the directory. */
export function replaceByHand(file: string, bytes: Uint8Array): void {
  const temporary = `${file}.tmp`;
  const fd = fs.openSync(temporary, "w", 0o600);
  fs.writeSync(fd, bytes);
  fs.fsyncSync(fd);
  fs.closeSync(fd);
  fs.renameSync(temporary, file);
  const directory = fs.openSync(path.dirname(file), "r");
  fs.fsyncSync(directory);
  fs.closeSync(directory);
}
