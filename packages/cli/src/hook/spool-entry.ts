import fs from "node:fs";
import { join } from "node:path";
import { makePrivateDirectory, openPrivateFile } from "@agentlog/durable-fs";
import { isAgentlogError } from "@agentlog/types";

// An entry as `openSpool` reads it, written without what `put` needs: its random names load node:crypto (3 ms on Node 20),
// and no sync, because the agent waits. A power loss may take the last captures with it; a killed process takes none.

/** How often the directory is made again after somebody who drained it removed it, as `openSpool` does. */
const ATTEMPTS = 1024;

const randomHex = (digits: number): string =>
  Array.from({ length: digits }, () => Math.floor(Math.random() * 16).toString(16)).join("");

/** `<microseconds, 16 digits>-<pid>-<16 hex>`: they sort by time. Chance tells apart pids of different namespaces. */
function entryName(atMs: number): string {
  return `${String(Math.floor(atMs * 1000)).padStart(16, "0")}-${process.pid}-${randomHex(16)}`;
}

/** Stores bytes as a new entry of the spool in `directory`: whole under its name, or not at all. Throws what the disk says. */
export function putEntry(directory: string, bytes: Uint8Array, atMs: number): void {
  for (let attempt = 1; ; attempt++) {
    try {
      makePrivateDirectory(directory, { durable: false });
      return writeEntry(directory, bytes, entryName(atMs));
    } catch (error) {
      if (!isGone(error) || attempt === ATTEMPTS) throw error;
    }
  }
}

/** The temporary name is one that the spool's sweep takes for a leftover when this process is gone. */
function writeEntry(directory: string, bytes: Uint8Array, name: string): void {
  const temporary = join(directory, `.${name}.${process.pid}-0.${randomHex(24)}.tmp`);
  try {
    writeNew(temporary, bytes);
    fs.renameSync(temporary, join(directory, name));
  } catch (error) {
    removeQuietly(temporary);
    throw error;
  }
}

const { O_CREAT, O_EXCL, O_WRONLY } = fs.constants;

function writeNew(path: string, bytes: Uint8Array): void {
  const fd = openPrivateFile(path, { flags: O_WRONLY | O_CREAT | O_EXCL });
  try {
    fs.writeFileSync(fd, bytes);
  } finally {
    fs.closeSync(fd);
  }
}

/** The directory went away under the temporary file, or under the rename. */
function isGone(error: unknown): boolean {
  if (isAgentlogError(error, "IO_ERROR")) return error.errno === "ENOENT";
  return error instanceof Error && (error as NodeJS.ErrnoException).code === "ENOENT";
}

function removeQuietly(path: string): void {
  try {
    fs.unlinkSync(path);
  } catch {
    // Never made, or left for the sweep.
  }
}
