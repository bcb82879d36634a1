import fs from "node:fs";
import { type Disk, nodeDisk } from "./disk.js";

/** A record and no list: a call that is added to `Disk` is missed here by the compiler, not by whoever trusts this disk. */
const CALLS: Readonly<Record<keyof Disk, "looks" | "changes">> = {
  chmodSync: "changes",
  closeSync: "looks",
  fchmodSync: "changes",
  fdatasync: "looks",
  fdatasyncSync: "looks",
  fstatSync: "looks",
  fsyncSync: "looks",
  linkSync: "changes",
  lstatSync: "looks",
  mkdirSync: "changes",
  openSync: "looks",
  readFileSync: "looks",
  readSync: "looks",
  readdirSync: "looks",
  readlinkSync: "looks",
  realpathSync: "looks",
  renameSync: "changes",
  rmdirSync: "changes",
  statSync: "looks",
  statfsSync: "looks",
  unlinkSync: "changes",
  utimesSync: "changes",
  writeSync: "changes",
};

const { O_APPEND, O_CREAT, O_RDWR, O_TRUNC, O_WRONLY } = fs.constants;
const OPENS_TO_WRITE = O_APPEND | O_CREAT | O_RDWR | O_TRUNC | O_WRONLY;

/**
 * The same disk as if it were mounted read-only: whatever would change it throws `EROFS`. What is only better otherwise,
 * such as the mode that every open of a private file tightens, stays as it is. For looking at a store without touching it.
 */
export function readOnlyDisk(disk: Disk = nodeDisk): Disk {
  const calls = Object.entries(CALLS) as readonly (readonly [keyof Disk, "looks" | "changes"])[];
  const looking = Object.fromEntries(
    calls.map(([method, what]) => [
      method,
      what === "looks" ? disk[method] : (path: unknown) => refuse(method, typeof path === "string" ? path : undefined),
    ]),
  ) as unknown as Disk;
  return {
    ...looking,
    openSync: (path, flags, mode) => {
      const writes = typeof flags === "string" ? flags !== "r" : (flags & OPENS_TO_WRITE) !== 0;
      if (writes) refuse("openSync", String(path));
      return disk.openSync(path, flags, mode);
    },
  };
}

function refuse(method: keyof Disk, path: string | undefined): never {
  const syscall = method.replace(/Sync$/, "");
  const where = path === undefined ? "" : ` '${path}'`;
  const error = new Error(`EROFS: read-only file system, ${syscall}${where}`);
  throw Object.assign(error, { code: "EROFS", syscall, ...(path === undefined ? {} : { path }) });
}
