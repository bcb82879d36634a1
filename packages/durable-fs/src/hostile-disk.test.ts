import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeDisk, type Disk } from "./disk.js";
import { describeFileSystem } from "./files/network-fs.js";
import { replaceFile } from "./files/replace-file.js";
import { sweepTemporaryFiles } from "./files/sweep-temporary.js";
import { createDirectoryLock } from "./lock/directory-lock.js";
import { formatOwnerEntry } from "./lock/owner-entry.js";
import { currentProcess } from "./process-identity.js";
import { openSpool } from "./spool/spool.js";
import { openStore } from "./store/open.js";
import { countingDisk, everyFault, faultyDisk } from "./testing/faulty-disk.js";
import { noMounts, withMount } from "./testing/mounts.js";

/** Stores on file systems that are remote, coarse, read-only, or out of something. */

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const ofType = (type: number): Disk => ({ ...nodeDisk, statfsSync: (() => ({ type })) as never });

describe.skipIf(process.platform !== "linux")("a store on a network file system (told on Linux only)", () => {
  it.each([
    ["NFS", 0x6969],
    ["SMB2", 0xfe534d42],
    ["CIFS", 0xff534d42],
    ["9p", 0x01021997],
  ])("[H-70] %s opens, with a warning that names it and says what to do", (name, type) => {
    const root = join(dir, "store");
    expect(describeFileSystem(dir, { disk: ofType(type) })).toMatchObject({ kind: "network", name });
    const { warnings } = openStore(root, { disk: ofType(type) });
    expect(warnings).toEqual([expect.stringContaining(`(${name})`)]);
    expect(warnings[0]).toContain("AGENTLOG_HOME");
  });

  it("[H-70] FUSE opens without a word", () => {
    expect(describeFileSystem(dir, { disk: ofType(0x65735546) }).kind).toBe("local");
    expect(openStore(join(dir, "store"), { disk: ofType(0x65735546) }).warnings).toEqual([]);
  });
});

describe("a store in a folder that a cloud service copies", () => {
  it.each([
    ["Dropbox", "Dropbox/notes"],
    ["Dropbox", "Dropbox (Contoso)"],
    ["OneDrive", "OneDrive - Contoso/x"],
    ["Google Drive", "Google Drive"],
    ["iCloudDrive", "iCloudDrive"],
    ["iCloud Drive", "Library/Mobile Documents/com~apple~CloudDocs"],
    ["a cloud service", "Library/CloudStorage/Box-Box"],
  ])("[H-70] %s (%s) opens, with a warning that names it and says what to do", (service, folder) => {
    mkdirSync(join(dir, folder), { recursive: true });
    const { warnings } = openStore(join(dir, folder, "store"));
    expect(warnings).toEqual([expect.stringContaining(`that ${service} copies`)]);
    expect(warnings[0]).toContain("AGENTLOG_HOME");
  });

  it.each(["Dropboxes", "my Dropbox", "dropbox-sdk", "CloudStorage", "Mobile Documents"])(
    "[H-70] a folder called %s is none",
    (folder) => {
      mkdirSync(join(dir, folder));
      expect(openStore(join(dir, folder, "store")).warnings).toEqual([]);
    },
  );
});

describe("a file system with times of one or two seconds", () => {
  const coarse = (seconds: number): Disk => ({
    ...nodeDisk,
    lstatSync: ((path: string, options: object) => {
      const stats = nodeDisk.lstatSync(path, { ...options, throwIfNoEntry: true });
      const step = seconds * 1_000;
      return Object.assign(Object.create(stats) as object, {
        mtimeMs: Math.floor(stats.mtimeMs / step) * step,
      });
    }) as Disk["lstatSync"],
  });

  it("[H-71] a holder that nobody can see keeps its lock for as long as it refreshes", async () => {
    const outlasts = async (seconds: number): Promise<void> => {
      const path = join(dir, `lock-${seconds}`);
      const entry = join(path, formatOwnerEntry({ ...currentProcess(), bootId: "0123456789ab", nonce: "n" }));
      mkdirSync(path);
      writeFileSync(entry, "");
      // As holders do: at half of staleMs. With the least staleMs, 2 s, FAT's times would not tell of each refresh.
      const refreshing = setInterval(() => utimesSync(entry, new Date(), new Date()), 2_000);
      const lock = createDirectoryLock(path, { disk: coarse(seconds), staleMs: 4_000 });
      await expect(lock.run(() => "robbed", { timeoutMs: 4_600 })).rejects.toMatchObject({ code: "LOCK_TIMEOUT" });
      clearInterval(refreshing);
    };
    await Promise.all([1, 2].map(outlasts));
  });

  it("[H-71] of 2 s: what a living writer makes is not swept, what a dead one left is, a minute later", () => {
    const disk = coarse(2);
    const file = join(dir, "file");
    const owner = { pid: spawnSync("true").pid, startTime: "1" };
    const dying = faultyDisk([{ method: "renameSync", kill: "before" }]);
    expect(() => replaceFile(file, Buffer.from("x"), { disk: dying, owner })).toThrow();
    sweepTemporaryFiles(dir, { disk });
    const [left = ""] = readdirSync(dir);
    expect(left).toContain(".tmp");
    const old = new Date(Date.now() - 63_000);
    utimesSync(join(dir, left), old, old);
    sweepTemporaryFiles(dir, { disk });
    expect(readdirSync(dir)).toEqual([]);
  });
});

describe("a disk that is read-only", () => {
  it.skipIf(noMounts !== "")(
    `[H-71] a store on it opens, as it is; what would change it is IO_ERROR${noMounts}`,
    async () => {
      const [root, view] = [join(dir, "store"), join(dir, "view")];
      openStore(root);
      mkdirSync(view, { mode: 0o700 });
      await withMount(view, ["-o", "bind,ro", root], () => {
        expect(openStore(view, { create: false })).toMatchObject({ root: view, format: 1 });
        expect(openStore(view).root).toBe(view);
        const refused = expect.objectContaining({ code: "IO_ERROR", errno: "EROFS" }) as unknown;
        expect(() => createDirectoryLock(join(view, "lock")).runSync(() => 1)).toThrow(refused as Error);
        expect(() => replaceFile(join(view, "file"), Buffer.from("x"))).toThrow(refused as Error);
        expect(() => openSpool(join(view, "spool")).put(Buffer.from("x"))).toThrow(refused as Error);
      });
    },
  );
});

describe("a disk that has no more of something", () => {
  const errnos = ["ENOSPC", "EDQUOT", "EMFILE", "ENFILE", "EIO", "EROFS", "ENAMETOOLONG"];

  it("[H-60] [H-68] at any call of a replacement: the old file or the new one, whole, and an error that says why", () => {
    const file = join(dir, "file");
    replaceFile(file, Buffer.from("old"));
    const counts = countingDisk();
    replaceFile(file, Buffer.from("old"), { disk: counts });
    for (const fault of everyFault(counts, errnos)) {
      const at = `${fault.method} ${fault.call} ${fault.errno}`;
      let error: unknown;
      try {
        replaceFile(file, Buffer.from("new"), { disk: faultyDisk([fault]) });
      } catch (thrown) {
        error = thrown;
      }
      const text = String(nodeDisk.readFileSync(file));
      expect(["old", "new"], at).toContain(text);
      if (error === undefined) expect(text, at).toBe("new");
      else expect(error, at).toMatchObject({ code: "IO_ERROR", errno: fault.errno });
      expect(readdirSync(dir), at).toEqual(["file"]);
      replaceFile(file, Buffer.from("old"));
    }
  });

  it.skipIf(noMounts !== "")(
    `[H-60] without inodes: IO_ERROR of the lock, the spool and a replacement; then it goes on${noMounts}`,
    async () => {
      const place = join(dir, "small");
      mkdirSync(place);
      await withMount(place, ["-t", "tmpfs", "-o", "size=1m,nr_inodes=6,mode=0700", "tmpfs"], () => {
        for (let n = 0; n < 5; n++) writeFileSync(join(place, String(n)), "");
        expect(statSync(place).isDirectory()).toBe(true);
        const full = expect.objectContaining({ code: "IO_ERROR", errno: "ENOSPC" }) as unknown as Error;
        const lock = createDirectoryLock(join(place, "lock"));
        const spool = openSpool(join(place, "spool"));
        expect(() => lock.runSync(() => 1, { timeoutMs: 30_000 })).toThrow(full);
        expect(() => spool.put(Buffer.from("x"))).toThrow(full);
        expect(() => replaceFile(join(place, "0"), Buffer.from("x"))).toThrow(full);
        // Room for the lock's directory, not for the entry in it.
        rmSync(join(place, "4"));
        expect(() => lock.runSync(() => 1, { timeoutMs: 30_000 })).toThrow(full);
        for (const n of [1, 2, 3]) rmSync(join(place, String(n)));
        expect(lock.runSync(() => "got it", { timeoutMs: 0 })).toBe("got it");
        expect(spool.put(Buffer.from("x"))).toContain("");
      });
    },
  );
});
