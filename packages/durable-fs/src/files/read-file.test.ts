import {
  appendFileSync,
  chownSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isRoot, NOBODY } from "../testing/as-user.js";
import { faultyDisk } from "../testing/faulty-disk.js";
import { readPrivateFile } from "./read-file.js";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const unsafe = expect.objectContaining({ code: "UNSAFE_PATH" });

describe("readPrivateFile", () => {
  it("reads all of it, nothing, or says it is missing", () => {
    writeFileSync(join(dir, "file"), "content");
    writeFileSync(join(dir, "empty"), "");
    expect(String(readPrivateFile(join(dir, "file")))).toBe("content");
    expect(readPrivateFile(join(dir, "empty"))).toHaveLength(0);
    expect(readPrivateFile(join(dir, "none"))).toBeUndefined();
  });

  it("goes on after short reads", () => {
    writeFileSync(join(dir, "file"), "content");
    const disk = faultyDisk([{ method: "readSync", short: 2 }]);
    expect(String(readPrivateFile(join(dir, "file"), { disk }))).toBe("content");
    expect(disk.calls.get("readSync")).toBe(4);
  });

  it("reads the size it saw when the file grows, less when it shrinks", () => {
    const path = join(dir, "file");
    writeFileSync(path, "content");
    const growing = faultyDisk([{ method: "readSync", call: 1, before: () => appendFileSync(path, "more") }]);
    expect(String(readPrivateFile(path, { disk: growing }))).toBe("content");
    const shrinking = faultyDisk([{ method: "readSync", call: 1, before: () => writeFileSync(path, "con") }]);
    expect(String(readPrivateFile(path, { disk: shrinking }))).toBe("con");
  });

  it("refuses a file over the limit, in bytes", () => {
    writeFileSync(join(dir, "file"), "éé");
    expect(readPrivateFile(join(dir, "file"), { maxBytes: 4 })).toHaveLength(4);
    expect(() => readPrivateFile(join(dir, "file"), { maxBytes: 3 })).toThrow(
      expect.objectContaining({ code: "IO_ERROR", errno: "EFBIG" }),
    );
  });

  it("refuses links, folders and pipes, and accepts a hard link", () => {
    writeFileSync(join(dir, "file"), "content");
    symlinkSync(join(dir, "file"), join(dir, "link"));
    linkSync(join(dir, "file"), join(dir, "hard"));
    mkdirSync(join(dir, "folder"));
    execFileSync("mkfifo", [join(dir, "fifo")]);
    for (const name of ["link", "folder", "fifo"]) expect(() => readPrivateFile(join(dir, name))).toThrow(unsafe);
    expect(String(readPrivateFile(join(dir, "hard")))).toBe("content");
  });

  it.skipIf(!isRoot)("refuses another user's file", () => {
    writeFileSync(join(dir, "file"), "content");
    chownSync(join(dir, "file"), NOBODY, NOBODY);
    expect(() => readPrivateFile(join(dir, "file"))).toThrow(unsafe);
  });

  it.each(["openSync", "fstatSync", "readSync"] as const)("reports a failing %s and leaks no descriptor", (method) => {
    writeFileSync(join(dir, "file"), "content", { mode: 0o600 });
    const disk = faultyDisk([{ method, errno: "EIO" }]);
    expect(() => readPrivateFile(join(dir, "file"), { disk })).toThrow(
      expect.objectContaining({ code: "IO_ERROR", errno: "EIO" }),
    );
    expect(disk.calls.get("closeSync") ?? 0).toBe(method === "openSync" ? 0 : 1);
  });
});
