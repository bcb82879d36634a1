import fs, { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Disk, openPrivateFile, openStore, readOnlyDisk, readPrivateFile, replaceFile } from "./index.js";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const EROFS = expect.objectContaining({ code: "EROFS" }) as Error;

describe("readOnlyDisk", () => {
  it("reads, and refuses every call that changes something", () => {
    const disk = readOnlyDisk();
    const file = join(dir, "file");
    writeFileSync(file, "content");
    expect(disk.readFileSync(file, "utf8")).toBe("content");
    const fd = disk.openSync(file, fs.constants.O_RDONLY);
    const acts: readonly (() => unknown)[] = [
      () => disk.chmodSync(file, 0o600),
      () => disk.fchmodSync(fd, 0o600),
      () => disk.linkSync(file, join(dir, "b")),
      () => disk.mkdirSync(join(dir, "c")),
      () => disk.renameSync(file, join(dir, "d")),
      () => disk.rmdirSync(dir),
      () => disk.unlinkSync(file),
      () => disk.utimesSync(file, 1, 1),
      () => disk.writeSync(fd, Buffer.from("x")),
      () => disk.openSync(join(dir, "e"), "wx", 0o600),
      () => disk.openSync(file, "r+"),
      () => disk.openSync(file, fs.constants.O_RDWR),
      () => disk.openSync(join(dir, "f"), fs.constants.O_CREAT),
    ];
    for (const act of acts) expect(act, String(act)).toThrow(EROFS);
    disk.closeSync(fd);
    expect(readdirSync(dir)).toEqual(["file"]);
  });

  it("lets a loose file be read, and leaves its mode", () => {
    const file = join(dir, "loose");
    writeFileSync(file, "x");
    chmodSync(file, 0o644);
    const disk = readOnlyDisk();
    expect(String(readPrivateFile(file, { disk }))).toBe("x");
    expect(statSync(file).mode & 0o777).toBe(0o644);
    expect(() => replaceFile(file, Buffer.from("y"), { disk })).toThrow(
      expect.objectContaining({ code: "IO_ERROR", errno: "EROFS" }) as Error,
    );
  });

  it("opens a store that is there, loose as it is, and makes none", () => {
    const disk = readOnlyDisk();
    const root = join(dir, "store");
    expect(openStore(root, { create: false, disk })).toBeUndefined();
    mkdirSync(root, { mode: 0o700 });
    openStore(root);
    chmodSync(root, 0o755);
    expect(openStore(root, { create: false, disk })).toMatchObject({ format: 1 });
    expect(statSync(root).mode & 0o777).toBe(0o755);
  });

  it("is a disk for what takes one", () => {
    const disk: Disk = readOnlyDisk(fs);
    expect(() => openPrivateFile(join(dir, "new"), { flags: fs.constants.O_CREAT, disk })).toThrow(
      expect.objectContaining({ errno: "EROFS" }) as Error,
    );
  });
});
