import fs from "node:fs";
import { errnoOf, openPrivateFile, readPrivateFile, replaceFile, type Disk } from "@agentlog/durable-fs";
import { agentlogError, isAgentlogError, toIoError } from "@agentlog/types";
import { type SnapshotEntry } from "../contract.js";
import { corruptSnapshot, usage, shown } from "../errors.js";
import { decode, decodeHead, encode, type Found, type Head } from "./format.js";

/** One document on disk: its file, the key it must have, and how it is read and written. */
export interface DocumentFile {
  readonly path: string;
  readonly key: string;
  readonly disk: Disk;
  readonly maxBytes: number;
  readonly durable: boolean;
  readonly quarantineDirectory: string;
}

/** Enough for the first line of nearly every file in one read. */
const FIRST_READ = 4_096;
/** A key may be a megabyte, and each of its characters six bytes of JSON: no first line of ours is longer. */
const LONGEST_HEAD = 16 * 1024 * 1024;

/** The head alone; undefined when there is no file. Throws `UNSAFE_PATH` and `IO_ERROR`. */
export function readHead(path: string, disk: Disk): Found<Head> | undefined {
  const fd = openExisting(path, disk);
  if (fd === undefined) return undefined;
  try {
    let buffer = Buffer.alloc(FIRST_READ);
    let filled = 0;
    for (;;) {
      const read = disk.readSync(fd, buffer, filled, buffer.length - filled, null);
      filled += read;
      const found = decodeHead(buffer.subarray(0, filled), read === 0);
      if (found !== undefined) return found;
      if (filled >= LONGEST_HEAD) return { damage: "its first line does not end" };
      if (filled === buffer.length) buffer = Buffer.concat([buffer, Buffer.alloc(buffer.length)]);
    }
  } catch (error) {
    throw toIoError(error, path, "reading a snapshot");
  } finally {
    closeQuietly(fd, disk);
  }
}

/** A close that fails after reading has taken nothing from what was read. */
function closeQuietly(fd: number, disk: Disk): void {
  try {
    disk.closeSync(fd);
  } catch {
    // The descriptor is free all the same.
  }
}

function openExisting(path: string, disk: Disk): number | undefined {
  try {
    return openPrivateFile(path, { flags: fs.constants.O_RDONLY, disk, allowHardLinks: true });
  } catch (error) {
    if (isAgentlogError(error, "IO_ERROR") && error.errno === "ENOENT") return undefined;
    throw error;
  }
}

/** The whole file, decoded; undefined when there is none. Throws `UNSAFE_PATH` and `IO_ERROR`. */
export function readDocument({
  path,
  key,
  disk,
  maxBytes,
}: DocumentFile): Found<{ readonly head: Head; readonly document: unknown }> | undefined {
  const bytes = readPrivateFile(path, { disk, maxBytes: maxBytes + FIRST_READ + 2 * Buffer.byteLength(key) * 6 });
  if (bytes === undefined) return undefined;
  const found = decode(bytes);
  // A folder copied by hand: its content is another document's.
  return "ok" in found && found.ok.head.key !== key ? { damage: "it is the document of another key" } : found;
}

/** What was found, or the error that says why there is nothing: `CORRUPT_SNAPSHOT`, or `STORE_FORMAT` for a newer one. */
export function orThrow<T>(found: Found<T>, { path, key }: Pick<DocumentFile, "path" | "key">): T {
  if ("ok" in found) return found.ok;
  if ("damage" in found) throw corruptSnapshot(path, key, found.damage);
  throw agentlogError(
    "STORE_FORMAT",
    `${path} was made by a newer version (${found.newer}; this one reads format 1): update agentlog`,
    { path, found: found.newer, supported: 1 },
  );
}

/** Puts the next version in the place of the file, whole or not at all; `beforeRename` may still refuse. */
export function writeDocument(
  file: DocumentFile,
  entry: Pick<SnapshotEntry, "version" | "time" | "owner">,
  json: string,
  beforeRename: () => void,
): Head {
  const { key, disk, durable, maxBytes } = file;
  const { head, file: bytes } = encode({ key, version: entry.version, time: entry.time, owner: entry.owner }, json);
  if (head.bytes > maxBytes) {
    throw usage(`${shown(key)} was not saved: it has ${head.bytes} bytes`, `the limit is ${maxBytes}: raise maxBytes`);
  }
  replaceFile(file.path, bytes, { disk, durable, beforeRename });
  return head;
}

/** Keeps the file that is there as `path` too, for when it is replaced. A name that is taken holds the same version. */
export function keepAs(file: DocumentFile, path: string): void {
  const { disk } = file;
  try {
    disk.linkSync(file.path, path);
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return;
    // No hard links here: a copy does it.
    const bytes = readPrivateFile(file.path, { disk, maxBytes: Number.MAX_SAFE_INTEGER });
    if (bytes !== undefined) replaceFile(path, bytes, { disk, durable: file.durable });
  }
}
