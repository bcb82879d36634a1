import {
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isRoot, NOBODY, withUmask } from "../testing/as-user.js";
import { countingDisk, faultyDisk } from "../testing/faulty-disk.js";
import { createFile } from "./create-file.js";
import { replaceFile } from "./replace-file.js";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe("[DF-5] replaceFile", () => {
  it("makes a new file and replaces an old one", () => {
    const path = join(dir, "file");
    replaceFile(path, Buffer.from("one"));
    replaceFile(path, Buffer.from("two"));
    replaceFile(path, Buffer.alloc(0));
    expect(readFileSync(path)).toHaveLength(0);
    expect(readdirSync(dir)).toEqual(["file"]);
  });

  it("writes pieces, and nothing when making them fails half-way", () => {
    const path = join(dir, "file");
    replaceFile(
      path,
      ["a", "", "bc"].map((piece) => Buffer.from(piece)),
    );
    function* failing(): Generator<Buffer> {
      yield Buffer.from("x");
      throw new RangeError("no more");
    }
    expect(() => replaceFile(path, failing())).toThrow(RangeError);
    expect([readFileSync(path, "utf8"), readdirSync(dir)]).toEqual(["abc", ["file"]]);
  });

  it.each([0o000, 0o022, 0o077, 0o777])("[H-87] leaves mode 0600 under umask %o", (umask) => {
    if (isRoot) chownSync(dir, NOBODY, NOBODY);
    const path = join(dir, "file");
    withUmask(umask, () => replaceFile(path, Buffer.from("x")));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("replaces a symbolic link or a hard link and leaves what it led to", () => {
    const victim = join(dir, "victim");
    writeFileSync(victim, "untouched");
    symlinkSync(victim, join(dir, "link"));
    linkSync(victim, join(dir, "hard"));
    replaceFile(join(dir, "link"), Buffer.from("new"));
    replaceFile(join(dir, "hard"), Buffer.from("new"));
    expect(readFileSync(victim, "utf8")).toBe("untouched");
    expect(statSync(victim).nlink).toBe(1);
  });

  it("[H-74] cannot be tricked by temporary names planted as links to the user's files", () => {
    const victim = join(dir, "bashrc");
    writeFileSync(victim, "untouched");
    for (const planted of [".file.tmp", "file.tmp", `file.tmp.${process.pid}`, `.file.${process.pid}.tmp`, "file~"]) {
      symlinkSync(victim, join(dir, planted));
    }
    replaceFile(join(dir, "file"), Buffer.from("new"));
    expect(readFileSync(victim, "utf8")).toBe("untouched");
  });

  it("refuses a temporary name that is taken, and does not remove it", () => {
    const victim = join(dir, "victim");
    writeFileSync(victim, "untouched");
    let planted = "";
    const disk = faultyDisk([]);
    const planting = {
      ...disk,
      openSync: ((path: string, ...rest: [number, number]) => {
        planted = path;
        symlinkSync(victim, path);
        return disk.openSync(path, ...rest);
      }) as typeof disk.openSync,
    };
    expect(() => replaceFile(join(dir, "file"), Buffer.from("new"), { disk: planting })).toThrow(
      expect.objectContaining({ code: "IO_ERROR", errno: "EEXIST" }),
    );
    expect(readFileSync(victim, "utf8")).toBe("untouched");
    expect(existsSync(planted)).toBe(true);
  });

  it("syncs file and directory, or neither", () => {
    const [durable, fast] = [countingDisk(), countingDisk()];
    replaceFile(join(dir, "file"), Buffer.from("x"), { disk: durable });
    replaceFile(join(dir, "file"), Buffer.from("x"), { disk: fast, durable: false });
    expect([durable.calls.get("fsyncSync"), fast.calls.get("fsyncSync")]).toEqual([2, undefined]);
  });

  it("takes base names of 255 bytes of any kind", () => {
    for (const name of ["x".repeat(255), "é".repeat(127), "a\nb", "\u202e"]) {
      replaceFile(join(dir, name), Buffer.from("x"));
      expect(readFileSync(join(dir, name), "utf8")).toBe("x");
    }
  });

  it("reports a directory in its place, and a missing parent, naming the path", () => {
    mkdirSync(join(dir, "folder"));
    const [folder, missing] = [join(dir, "folder"), join(dir, "none", "file")];
    expect(() => replaceFile(folder, Buffer.from("x"))).toThrow(
      expect.objectContaining({ code: "IO_ERROR", path: folder }),
    );
    expect(() => replaceFile(missing, Buffer.from("x"))).toThrow(
      expect.objectContaining({ code: "IO_ERROR", errno: "ENOENT", path: missing }),
    );
    expect(readdirSync(dir)).toEqual(["folder"]);
  });

  it("has done its work when somebody removes the directory right after the rename", () => {
    const folder = join(dir, "folder");
    mkdirSync(folder);
    const disk = faultyDisk([{ method: "renameSync", after: () => rmSync(folder, { recursive: true }) }]);
    replaceFile(join(folder, "file"), Buffer.from("x"), { disk });
    expect(disk.fired).toHaveLength(1);
  });
});

describe("createFile", () => {
  it("never replaces", () => {
    const path = join(dir, "file");
    expect(createFile(path, Buffer.from("first"))).toBe(true);
    expect(createFile(path, Buffer.from("second"))).toBe(false);
    expect([readFileSync(path, "utf8"), statSync(path).nlink, readdirSync(dir)]).toEqual(["first", 1, ["file"]]);
  });

  it("works without hard links", () => {
    const path = join(dir, "file");
    const disk = faultyDisk([{ method: "linkSync", errno: "EPERM" }]);
    expect(createFile(path, Buffer.from("first"), { disk })).toBe(true);
    expect(createFile(path, Buffer.from("second"), { disk })).toBe(false);
    expect([readFileSync(path, "utf8"), readdirSync(dir)]).toEqual(["first", ["file"]]);
  });

  it("takes a dangling link for what is there", () => {
    symlinkSync(join(dir, "nowhere"), join(dir, "file"));
    expect(createFile(join(dir, "file"), Buffer.from("x"))).toBe(false);
    expect(existsSync(join(dir, "nowhere"))).toBe(false);
  });
});
