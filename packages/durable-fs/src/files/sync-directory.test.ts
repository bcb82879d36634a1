import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { countingDisk, faultyDisk } from "../testing/faulty-disk.js";
import { syncDirectory } from "./sync-directory.js";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("syncDirectory", () => {
  it("syncs once and closes", () => {
    const disk = countingDisk();
    syncDirectory(dir, { disk });
    expect([disk.calls.get("fsyncSync"), disk.calls.get("closeSync")]).toEqual([1, 1]);
  });

  it.each([
    ["openSync", "EISDIR"],
    ["openSync", "EPERM"],
    ["openSync", "EACCES"],
    ["fsyncSync", "EINVAL"],
    ["fsyncSync", "ENOTSUP"],
  ] as const)("does nothing where the platform cannot (%s %s)", (method, errno) => {
    syncDirectory(dir, { disk: faultyDisk([{ method, errno }]) });
  });

  it("reports a failed sync and closes", () => {
    const disk = faultyDisk([{ method: "fsyncSync", errno: "EIO" }]);
    expect(() => syncDirectory(dir, { disk })).toThrow(
      expect.objectContaining({ code: "IO_ERROR", errno: "EIO", path: dir }),
    );
    expect(disk.calls.get("closeSync")).toBe(1);
  });

  it("reports a missing directory", () => {
    expect(() => syncDirectory(join(dir, "none"))).toThrow(
      expect.objectContaining({ code: "IO_ERROR", errno: "ENOENT" }),
    );
  });
});
