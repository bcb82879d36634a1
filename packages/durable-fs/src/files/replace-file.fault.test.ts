import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { countingDisk, everyFault, everyKill, faultyDisk } from "../testing/faulty-disk.js";
import { createFile } from "./create-file.js";
import { replaceFile } from "./replace-file.js";
import { sweepTemporaryFiles } from "./sweep-temporary.js";

const OLD = "previous content";
const NEW = Buffer.from("the new content, a little longer");

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const sweepAll = (): number => sweepTemporaryFiles(dir, { isDead: () => true, minAgeMs: 0 });

describe.each([
  ["replaceFile", replaceFile],
  ["createFile", createFile],
])("[DF-5] %s under faults", (name, write) => {
  const path = (): string => join(dir, "file");
  const before = name === "replaceFile" ? OLD : undefined;
  const reset = (): void => {
    rmSync(path(), { force: true });
    if (before !== undefined) writeFileSync(path(), before, { mode: 0o600 });
  };
  const content = (): string | undefined =>
    readdirSync(dir).includes("file") ? readFileSync(path(), "utf8") : undefined;
  const record = (): ReturnType<typeof countingDisk> => {
    const disk = countingDisk();
    reset();
    write(path(), NEW, { disk });
    return disk;
  };

  it("keeps the previous content or has the new, whole, whichever call fails; no temporary file stays", () => {
    const faults = everyFault(record(), ["EIO", "ENOSPC", "EDQUOT", "EMFILE"]);
    expect(faults.length).toBeGreaterThanOrEqual(28);
    for (const fault of faults) {
      reset();
      const disk = faultyDisk([fault]);
      let error: unknown;
      try {
        write(path(), NEW, { disk });
      } catch (thrown) {
        error = thrown;
      }
      const label = `${fault.method} #${fault.call} ${fault.errno}`;
      expect(disk.fired, label).toHaveLength(1);
      if (error === undefined) expect(content(), label).toBe(String(NEW));
      else
        expect(error, label).toMatchObject({
          code: "IO_ERROR",
          errno: fault.errno,
          message: expect.stringContaining(path()),
        });
      expect([before, String(NEW)], label).toContain(content());
      // Only an unlink that itself failed leaves something, for the sweep.
      if (fault.method !== "unlinkSync")
        expect(
          readdirSync(dir).filter((file) => file !== "file"),
          label,
        ).toEqual([]);
      sweepAll();
      expect(
        readdirSync(dir).filter((file) => file !== "file"),
        label,
      ).toEqual([]);
    }
  });

  it("is whole before or after, whichever call the process dies at; the sweep removes the rest", () => {
    const kills = everyKill(record());
    for (const kill of kills) {
      reset();
      const disk = faultyDisk([kill]);
      try {
        write(path(), NEW, { disk });
      } catch {
        // killed
      }
      expect(disk.fired).toHaveLength(1);
      expect([before, String(NEW)]).toContain(content());
      sweepAll();
      expect(readdirSync(dir).filter((file) => file !== "file")).toEqual([]);
    }
  });

  it.each([0, 1, NEW.length - 1])("takes a short write of %i bytes for a failure, and writes no rest", (short) => {
    reset();
    const disk = faultyDisk([{ method: "writeSync", short }]);
    expect(() => write(path(), NEW, { disk })).toThrow(expect.objectContaining({ code: "IO_ERROR", syscall: "write" }));
    expect(disk.calls.get("writeSync")).toBe(1);
    expect(content()).toBe(before);
    expect(readdirSync(dir).filter((file) => file !== "file")).toEqual([]);
  });

  it("reports the first error when cleaning up fails as well", () => {
    reset();
    const disk = faultyDisk([
      { method: "fsyncSync", call: 1, errno: "EIO" },
      { method: "closeSync", errno: "EBADF" },
      { method: "unlinkSync", errno: "EACCES" },
    ]);
    expect(() => write(path(), NEW, { disk })).toThrow(expect.objectContaining({ errno: "EIO" }));
    expect(content()).toBe(before);
  });
});
