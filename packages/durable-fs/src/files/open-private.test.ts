import { execFileSync } from "node:child_process";
import fs, {
  chmodSync,
  chownSync,
  closeSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isAgentlogError, type ErrorCode } from "@agentlog/types";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isRoot, NOBODY, withUmask } from "../testing/as-user.js";
import { countingDisk, faultyDisk } from "../testing/faulty-disk.js";
import { openPrivateFile } from "./open-private.js";

const { O_APPEND, O_CREAT, O_RDONLY, O_RDWR, O_TRUNC, O_WRONLY } = fs.constants;
const modeOf = (path: string): number => statSync(path).mode & 0o777;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function codeOf(run: () => unknown): ErrorCode | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    return isAgentlogError(error) ? error.code : undefined;
  }
}

describe("openPrivateFile", () => {
  it.each([0o000, 0o022, 0o077, 0o777])("[H-87] makes a file of mode 0600 under umask %o", (umask) => {
    if (isRoot) chownSync(dir, NOBODY, NOBODY);
    const path = join(dir, "new");
    withUmask(umask, () => closeSync(openPrivateFile(path, { flags: O_WRONLY | O_CREAT | O_APPEND })));
    expect(modeOf(path)).toBe(0o600);
  });

  it.each([
    [0o644, 0o600],
    [0o777, 0o600],
    [0o444, 0o400],
    [0o600, 0o600],
    [0o400, 0o400],
  ])("tightens mode %o to %o", (before, after) => {
    const path = join(dir, "file");
    writeFileSync(path, "x");
    chmodSync(path, before);
    closeSync(openPrivateFile(path, { flags: O_RDONLY }));
    expect(modeOf(path)).toBe(after);
  });

  it("does not chmod what is tight already", () => {
    const path = join(dir, "file");
    writeFileSync(path, "x", { mode: 0o600 });
    const disk = countingDisk();
    closeSync(openPrivateFile(path, { flags: O_RDONLY, disk }));
    expect(disk.calls.get("fchmodSync")).toBeUndefined();
  });

  it.each([O_RDONLY, O_WRONLY, O_RDWR | O_CREAT, O_WRONLY | O_APPEND | O_CREAT])(
    "refuses a symbolic link (flags %i) and leaves its target alone",
    (flags) => {
      const target = join(dir, "target");
      writeFileSync(target, "untouched", { mode: 0o644 });
      symlinkSync(target, join(dir, "link"));
      symlinkSync(join(dir, "nowhere"), join(dir, "dangling"));
      symlinkSync(join(dir, "loop"), join(dir, "loop"));
      for (const name of ["link", "dangling", "loop"]) {
        expect(codeOf(() => openPrivateFile(join(dir, name), { flags }))).toBe("UNSAFE_PATH");
      }
      expect(readFileSync(target, "utf8")).toBe("untouched");
      expect(modeOf(target)).toBe(0o644);
      expect(fs.existsSync(join(dir, "nowhere"))).toBe(false);
    },
  );

  it.skipIf(process.platform === "win32").each([O_RDONLY, O_WRONLY, O_RDWR])(
    "refuses a FIFO (flags %i) without waiting for its other end",
    (flags) => {
      const path = join(dir, "fifo");
      execFileSync("mkfifo", [path]);
      expect(codeOf(() => openPrivateFile(path, { flags }))).toBe("UNSAFE_PATH");
    },
  );

  it.each([O_RDONLY, O_WRONLY | O_CREAT])("refuses a directory (flags %i)", (flags) => {
    mkdirSync(join(dir, "folder"));
    expect(codeOf(() => openPrivateFile(join(dir, "folder"), { flags }))).toBe("UNSAFE_PATH");
  });

  it("refuses a device", () => {
    expect(codeOf(() => openPrivateFile("/dev/null", { flags: O_WRONLY }))).toBe("UNSAFE_PATH");
  });

  it("refuses a second hard link unless told otherwise, and does not empty the file", () => {
    const path = join(dir, "file");
    writeFileSync(path, "kept", { mode: 0o600 });
    linkSync(path, join(dir, "other"));
    expect(codeOf(() => openPrivateFile(path, { flags: O_WRONLY | O_TRUNC }))).toBe("UNSAFE_PATH");
    closeSync(openPrivateFile(path, { flags: O_WRONLY | O_TRUNC, allowHardLinks: true }));
    expect(readFileSync(path, "utf8")).toBe("kept");
  });

  it.skipIf(!isRoot)("refuses another user's file", () => {
    const path = join(dir, "file");
    writeFileSync(path, "theirs", { mode: 0o644 });
    chownSync(path, NOBODY, NOBODY);
    expect(codeOf(() => openPrivateFile(path, { flags: O_RDWR }))).toBe("UNSAFE_PATH");
    expect(modeOf(path)).toBe(0o644);
  });

  it("names what is missing as an I/O error", () => {
    expect(codeOf(() => openPrivateFile(join(dir, "none"), { flags: O_RDONLY }))).toBe("IO_ERROR");
  });

  it("closes the descriptor when a check fails", () => {
    const path = join(dir, "file");
    writeFileSync(path, "x");
    for (const method of ["fstatSync", "fchmodSync"] as const) {
      const disk = faultyDisk([{ method, errno: "EIO" }]);
      expect(codeOf(() => openPrivateFile(path, { flags: O_RDONLY, disk }))).toBe("IO_ERROR");
      expect(disk.calls.get("closeSync")).toBe(1);
    }
  });

  it("opens a file whose mode cannot be changed: an append-only one, a read-only mount", () => {
    const path = join(dir, "file");
    writeFileSync(path, "x", { mode: 0o644 });
    for (const errno of ["EPERM", "EROFS"]) {
      const disk = faultyDisk([{ method: "fchmodSync", errno }]);
      closeSync(openPrivateFile(path, { flags: O_RDONLY, disk }));
    }
  });
});
