import fs from "node:fs";

/**
 * The file-system calls these packages make, and no others. Everything takes it as an option, so that a test can fail or
 * count each call. All but the background sync are synchronous: such a call costs 1 to 4 µs where its promise costs 40, and
 * between two of them nothing else of this process runs.
 */
export type Disk = Pick<
  typeof fs,
  | "chmodSync"
  | "closeSync"
  | "fchmodSync"
  | "fdatasync"
  | "fdatasyncSync"
  | "fstatSync"
  | "fsyncSync"
  | "linkSync"
  | "lstatSync"
  | "mkdirSync"
  | "openSync"
  | "readFileSync"
  | "readSync"
  | "readdirSync"
  | "readlinkSync"
  | "realpathSync"
  | "renameSync"
  | "rmdirSync"
  | "statSync"
  | "statfsSync"
  | "unlinkSync"
  | "utimesSync"
  | "writeSync"
>;

/** The real disk: Node's own `fs`. */
export const nodeDisk: Disk = fs;

/** The operating system's code of an error, such as `ENOENT`; undefined for any other value. */
export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
