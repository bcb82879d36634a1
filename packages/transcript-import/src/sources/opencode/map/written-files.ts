import { isAbsolute, resolve } from "node:path";

/** The files that the tools of one message wrote. The patch that sums up a step names them once more. */
export interface WrittenFiles {
  add(path: string): void;
  has(path: string): boolean;
}

/** @param cwd what relative paths are relative to */
export function createWrittenFiles(cwd: string | undefined): WrittenFiles {
  const paths = new Set<string>();
  // Paths are only compared here, never opened.
  const absolute = (path: string): string => (cwd !== undefined && isAbsolute(cwd) ? resolve(cwd, path) : path);
  return {
    add: (path) => paths.add(absolute(path)),
    has: (path) => paths.has(absolute(path)),
  };
}
