import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** Enough for a ref, a path or an ordinary configuration; what is larger was not written by git. */
const MOST_BYTES = 65_536;

/**
 * The text of a small regular file; undefined when there is none. Throws when it is something else, is larger, or is not to be
 * read. A pipe put in its place does not stop the reader.
 */
export async function readSmallFile(path: string): Promise<string | undefined> {
  let file;
  try {
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
  try {
    const buffer = Buffer.alloc(MOST_BYTES + 1);
    if (!(await file.stat()).isFile()) throw new Error("not a regular file");
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    if (bytesRead > MOST_BYTES) throw new Error("larger than git makes it");
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}
