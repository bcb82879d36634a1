import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { agentlogError } from "@agentlog/types";

/**
 * Opens a file for reading only. Refuses a symbolic link, which may have come there after the search, and everything that
 * is no regular file: a named pipe would never end.
 */
export async function openTranscript(path: string): Promise<FileHandle> {
  // NONBLOCK: to open a pipe that nobody writes to would wait for ever.
  const file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    if ((await file.stat()).isFile()) return file;
    throw agentlogError("UNSAFE_PATH", `${path} is no regular file`, { path, reason: "no regular file" });
  } catch (error) {
    await file.close();
    throw error;
  }
}
