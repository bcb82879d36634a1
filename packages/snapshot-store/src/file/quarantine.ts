import { createHash } from "node:crypto";
import { join } from "node:path";
import { makePrivateDirectory, readPrivateFile, replaceFile, type Disk } from "@agentlog/durable-fs";

/**
 * Copies a file that nobody can read to quarantine, and beside it where it came from and why; returns the copy's path,
 * undefined when the file is gone. Named by its content, so that a crash between the copy and what follows it leaves one
 * copy, not several. Throws when the copy cannot be made: what cannot be kept must not be replaced.
 */
export function setAside(path: string, reason: string, directory: string, disk: Disk): string | undefined {
  const bytes = readPrivateFile(path, { disk, maxBytes: Number.MAX_SAFE_INTEGER });
  if (bytes === undefined) return undefined;
  makePrivateDirectory(directory, { disk });
  const name = `snapshot-${createHash("sha256").update(path).update("\0").update(bytes).digest("hex").slice(0, 32)}`;
  const copy = join(directory, `${name}.json`);
  replaceFile(copy, bytes, { disk });
  const origin = { from: path, reason, bytes: bytes.length, time: new Date().toISOString() };
  replaceFile(join(directory, `${name}.origin.json`), Buffer.from(`${JSON.stringify(origin)}\n`), { disk });
  return copy;
}
