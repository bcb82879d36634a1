import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isRoot, NOBODY, withUmask } from "../testing/as-user.js";
import { countingDisk, everyFault, faultyDisk } from "../testing/faulty-disk.js";
import { makePrivateDirectory } from "./private-directory.js";

const modeOf = (path: string): number => statSync(path).mode & 0o777;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("makePrivateDirectory", () => {
  it.each([0o000, 0o022, 0o077, 0o277, 0o777])("[H-87] makes it and its parents 0700 under umask %o", (umask) => {
    if (isRoot) chownSync(dir, NOBODY, NOBODY);
    const path = join(dir, "a", "b", "c");
    expect(withUmask(umask, () => makePrivateDirectory(path))).toBe(true);
    expect([join(dir, "a"), join(dir, "a", "b"), path].map(modeOf)).toEqual([0o700, 0o700, 0o700]);
  });

  it("tightens an existing one, and not its parents", () => {
    mkdirSync(join(dir, "a", "b"), { recursive: true, mode: 0o755 });
    chmodSync(join(dir, "a"), 0o755);
    chmodSync(join(dir, "a", "b"), 0o777);
    expect(makePrivateDirectory(join(dir, "a", "b"))).toBe(false);
    expect([modeOf(join(dir, "a")), modeOf(join(dir, "a", "b"))]).toEqual([0o755, 0o700]);
  });

  it("leaves a read-only directory of ours as it is", () => {
    const path = join(dir, "a");
    mkdirSync(path, { mode: 0o500 });
    makePrivateDirectory(path);
    expect(modeOf(path)).toBe(0o500);
  });

  it("heals a directory left at 0000 by a death between mkdir and chmod", () => {
    if (isRoot) chownSync(dir, NOBODY, NOBODY);
    const path = join(dir, "a");
    withUmask(0o777, () => mkdirSync(path));
    withUmask(0o022, () => makePrivateDirectory(path));
    expect(modeOf(path)).toBe(0o700);
  });

  it("refuses what others can write to, when asked", () => {
    const path = join(dir, "a");
    mkdirSync(path);
    for (const mode of [0o777, 0o770, 0o702]) {
      chmodSync(path, mode);
      expect(() => makePrivateDirectory(path, { refuseShared: true })).toThrow(
        expect.objectContaining({ code: "UNSAFE_PATH" }),
      );
      expect(modeOf(path)).toBe(mode);
    }
  });

  it("refuses a symbolic link, a dangling one, a file", () => {
    mkdirSync(join(dir, "target"), { mode: 0o755 });
    chmodSync(join(dir, "target"), 0o755);
    symlinkSync(join(dir, "target"), join(dir, "link"));
    symlinkSync(join(dir, "nowhere"), join(dir, "dangling"));
    writeFileSync(join(dir, "file"), "x");
    for (const name of ["link", "link/", "dangling", "file"]) {
      expect(() => makePrivateDirectory(join(dir, name))).toThrow(expect.objectContaining({ code: "UNSAFE_PATH" }));
    }
    expect(modeOf(join(dir, "target"))).toBe(0o755);
  });

  it("follows a link further up, and ends at a dangling one", () => {
    mkdirSync(join(dir, "target"));
    symlinkSync(join(dir, "target"), join(dir, "link"));
    symlinkSync(join(dir, "nowhere"), join(dir, "dangling"));
    makePrivateDirectory(join(dir, "link", "a"));
    expect(modeOf(join(dir, "target", "a"))).toBe(0o700);
    expect(() => makePrivateDirectory(join(dir, "dangling", "a"))).toThrow(
      expect.objectContaining({ code: "IO_ERROR", errno: "ENOENT" }),
    );
  });

  it.skipIf(!isRoot)("refuses another user's directory", () => {
    const path = join(dir, "a");
    mkdirSync(path);
    chownSync(path, NOBODY, NOBODY);
    expect(() => makePrivateDirectory(path)).toThrow(expect.objectContaining({ code: "UNSAFE_PATH" }));
  });

  it("survives another process making or removing it at the same moment", () => {
    const path = join(dir, "a");
    const made = faultyDisk([{ method: "mkdirSync", call: 1, before: () => mkdirSync(path) }]);
    expect(makePrivateDirectory(path, { disk: made })).toBe(false);
    rmdirSync(path);
    const removed = faultyDisk([{ method: "mkdirSync", call: 1, after: () => rmdirSync(path) }]);
    expect(makePrivateDirectory(path, { disk: removed })).toBe(true);
  });

  it("reports every failing call and works at the next try", () => {
    const counts = countingDisk();
    makePrivateDirectory(join(dir, "0", "b"), { disk: counts });
    const faults = everyFault(counts, ["EIO", "ENOSPC"]).filter((fault) => fault.method !== "closeSync");
    expect(faults.length).toBeGreaterThan(10);
    for (const [index, fault] of faults.entries()) {
      const path = join(dir, String(index + 1), "b");
      expect(() => makePrivateDirectory(path, { disk: faultyDisk([fault]) })).toThrow(
        expect.objectContaining({ code: "IO_ERROR", errno: fault.errno }),
      );
      makePrivateDirectory(path);
      expect(modeOf(path)).toBe(0o700);
    }
  });
});
