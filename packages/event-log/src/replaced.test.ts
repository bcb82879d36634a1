import {
  chmodSync,
  chownSync,
  copyFileSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { execFileSync } from "node:child_process";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { faultyDisk } from "@agentlog/durable-fs/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEventLog, type EventLog, type NewLogEvent } from "./index.js";

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  file = join(dir, "log", "events.jsonl");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const note = (n: unknown): NewLogEvent => ({ type: "note.taken", data: { n } });
const REPLACED = { code: "LOG_REPLACED" };

describe("a log that is not what it was", () => {
  let log: EventLog;
  beforeEach(async () => {
    log = openEventLog(file);
    await log.appendMany([note(0), note(1), note(2)]);
  });
  const otherLog = async (count: number): Promise<string> => {
    const path = join(dir, "other.jsonl");
    const other = openEventLog(path);
    for (let n = 0; n < count; n++) await other.append(note(`other ${n}`));
    await other.close();
    return path;
  };

  const changes: readonly [string, () => unknown][] = [
    ["deleted", () => unlinkSync(file)],
    ["truncated", () => truncateSync(file, 100)],
    ["emptied", () => truncateSync(file, 0)],
    ["replaced by a shorter log", async () => renameSync(await otherLog(1), file)],
    ["replaced by a longer log", async () => renameSync(await otherLog(9), file)],
    ["replaced by a text", () => (unlinkSync(file), writeFileSync(file, "hello\n", { mode: 0o600 }))],
    ["moved away", () => renameSync(file, `${file}.1`)],
    ["moved away, and another begun", async () => (renameSync(file, `${file}.1`), renameSync(await otherLog(2), file))],
    ["overwritten in place by a shorter log", async () => copyFileSync(await otherLog(1), file)],
    ["overwritten in place by a longer log", async () => copyFileSync(await otherLog(9), file)],
  ];

  it.each(changes)(
    "[EL-5] [H-29] [H-30] [H-31] %s: an append is LOG_REPLACED, not written anywhere, again and again",
    async (_, change) => {
      await change();
      const before = existing(file);
      await expect(log.append(note("lost?"))).rejects.toMatchObject(REPLACED);
      expect(() => log.appendSync(note("lost?"))).toThrow(expect.objectContaining(REPLACED));
      expect(existing(file)).toBe(before);
      await log.close();
    },
  );

  it("[EL-5] [H-31] [H-59] deleted with its folder: an append is an error, and nothing is begun in its place", async () => {
    rmSync(join(dir, "log"), { recursive: true });
    await expect(log.append(note("lost?"))).rejects.toMatchObject({ name: "AgentlogError" });
    expect(existing(file)).toBeUndefined();
  });

  it("[EL-5] [H-31] deleted right before the write: nothing is acknowledged into nowhere", async () => {
    const racing = openEventLog(file, {
      disk: faultyDisk([{ method: "writeSync", call: 2, before: () => unlinkSync(file) }]),
    });
    await racing.append(note("there"));
    await expect(racing.append(note("gone"))).rejects.toMatchObject(REPLACED);
  });

  it("[EL-5] [H-59] a folder that was renamed as a whole, with a link in its place, is the same log", async () => {
    renameSync(join(dir, "log"), join(dir, "moved"));
    symlinkSync(join(dir, "moved"), join(dir, "log"));
    await expect(log.append(note(3))).resolves.toMatchObject({ seq: 3 });
  });
});

function existing(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

describe("a path that is not safe", () => {
  const target = (): string => join(dir, "target");
  const before = "somebody else's content\n";
  beforeEach(() => {
    mkdirSync(join(dir, "log"), { mode: 0o700 });
    writeFileSync(target(), before);
  });
  const unsafe: [string, string, () => unknown][] = [
    ["a symbolic link to a file", "UNSAFE_PATH", () => symlinkSync(target(), file)],
    ["a symbolic link to /dev/null", "UNSAFE_PATH", () => symlinkSync("/dev/null", file)],
    ["a dangling symbolic link", "UNSAFE_PATH", () => symlinkSync(join(dir, "nowhere"), file)],
    ["a symbolic link to itself", "UNSAFE_PATH", () => symlinkSync(file, file)],
    ["a FIFO", "UNSAFE_PATH", () => execFileSync("mkfifo", [file])],
    ["a directory", "UNSAFE_PATH", () => mkdirSync(file)],
    ["a file with a second name", "UNSAFE_PATH", () => linkSync(target(), file)],
  ];
  if (process.geteuid?.() === 0) {
    unsafe.push(
      ["a device", "UNSAFE_PATH", () => execFileSync("mknod", [file, "c", "1", "3"])],
      ["a file of another user", "UNSAFE_PATH", () => (writeFileSync(file, ""), chownSync(file, 65534, 65534))],
    );
  } else {
    unsafe.push(["a file we may not read", "IO_ERROR", () => writeFileSync(file, "", { mode: 0 })]);
  }

  it.each(unsafe)(
    "[H-32] [H-33] [H-34] %s is refused by everything, at once, and its target is untouched",
    async (_, code, make) => {
      make();
      const log = openEventLog(file, { lockTimeoutMs: 500 });
      await expect(log.append(note(1))).rejects.toMatchObject({ code });
      expect(() => log.appendSync(note(1))).toThrow(expect.objectContaining({ code }));
      await expect(log.readAll()).rejects.toMatchObject({ code });
      await expect(log.verify()).rejects.toMatchObject({ code });
      await expect(log.repair()).rejects.toMatchObject({ code });
      expect(() => log.stat()).toThrow(expect.objectContaining({ code }));
      await expect(
        (async () => {
          for await (const _event of log.follow()) throw new Error("not to be reached");
        })(),
      ).rejects.toMatchObject({ code });
      expect(readFileSync(target(), "utf8")).toBe(before);
      expect(existing(join(dir, "nowhere"))).toBeUndefined();
    },
  );

  it("[H-58] a lock path that is a file or a link is refused, and nothing is appended", async () => {
    for (const make of [() => writeFileSync(`${file}.lock`, ""), () => symlinkSync(dir, `${file}.lock`)]) {
      make();
      await expect(openEventLog(file).append(note(1))).rejects.toMatchObject({ code: "UNSAFE_PATH" });
      expect(existing(file)).toBeUndefined();
      rmSync(`${file}.lock`);
    }
  });
});

describe("modes", () => {
  it.each([[0o000], [0o022], [0o077]])("under umask %o the log is 0600 and its folder 0700", async (umask) => {
    const previous = process.umask(umask);
    try {
      await openEventLog(file, { durability: "disk" }).append(note(1));
    } finally {
      process.umask(previous);
    }
    expect([statSync(file).mode & 0o777, statSync(join(dir, "log")).mode & 0o777]).toEqual([0o600, 0o700]);
    expect(statSync(`${file}.lock`).mode & 0o077).toBe(0);
  });

  it("a log that others could read is tightened", async () => {
    await openEventLog(file).append(note(1));
    chmodSync(file, 0o644);
    await openEventLog(file).append(note(2));
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it.each([[0o755], [0o1777], [0o2775]])(
    "a folder that was there keeps its mode, %o, and what is in it",
    async (mode) => {
      mkdirSync(join(dir, "log"));
      chmodSync(join(dir, "log"), mode);
      await openEventLog(file).append(note(1));
      expect(statSync(join(dir, "log")).mode & 0o7777).toBe(mode);
      expect(statSync(file).mode & 0o777).toBe(0o600);
    },
  );
});
