import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Disk, nodeDisk } from "../disk.js";
import { countingDisk, everyFault, faultyDisk } from "../testing/faulty-disk.js";
import { createCasDirectory } from "./cas-directory.js";
import { createDirectoryLock } from "./directory-lock.js";
import { type Lock } from "./lock.js";

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  path = join(dir, "lock");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const holdTwice = (lock: Lock): string[] => [lock, lock].map((each) => each.runSync(() => readdirSync(path).join()));

describe("holds in quick succession", () => {
  it("[DF-1] use one directory, and each has a name of its own", () => {
    const counts = countingDisk();
    const lock = createDirectoryLock(path, { disk: counts });
    const names = Array.from({ length: 20 }, () => lock.runSync(() => readdirSync(path).join()));
    expect(new Set(names).size).toBe(20);
    // The first hold leaves an empty directory behind, and the second makes the one that is kept.
    expect(counts.calls.get("mkdirSync")).toBe(2);
    lock.close();
    expect(readdirSync(dir)).toEqual([]);
  });

  it("[DF-1] leave the lock free for others in between", async () => {
    const [one, other] = [createDirectoryLock(path), createDirectoryLock(path)];
    for (let round = 0; round < 20; round++) {
      expect(one.runSync((held) => held.stillHeld(), { timeoutMs: 0 })).toBe(true);
      expect(await other.run((held) => held.stillHeld(), { timeoutMs: 0 })).toBe(true);
    }
  });

  it("leave nothing behind when no further one comes", async () => {
    const lock = createDirectoryLock(path);
    holdTwice(lock);
    expect(readdirSync(dir)).toHaveLength(1);
    while (readdirSync(dir).length > 0) await sleep(10);
    // And it can be used again.
    expect(holdTwice(lock)).toHaveLength(2);
  });

  it.each(["exit", "end"])("leave nothing behind when the process ends (%s)", (way) => {
    const fixture = fileURLToPath(new URL("../../test-fixtures/quick-holds.mjs", import.meta.url));
    expect(spawnSync(process.execPath, [fixture, path, way]).status).toBe(0);
    expect(readdirSync(dir)).toEqual([]);
  });

  it("of a process that was killed leave what the next sweep removes", () => {
    const fixture = fileURLToPath(new URL("../../test-fixtures/quick-holds.mjs", import.meta.url));
    expect(spawnSync(process.execPath, [fixture, path, "kill"]).signal).toBe("SIGKILL");
    expect(readdirSync(dir)).toHaveLength(1);
    const lock = createDirectoryLock(path);
    lock.sweep();
    expect(readdirSync(dir)).toEqual([]);
    expect(lock.runSync(() => "free", { timeoutMs: 0 })).toBe("free");
  });

  it("[DF-3] each call failed in turn: the next one gets the lock, and nothing but a lock is left", async () => {
    const counts = countingDisk();
    const counted = createDirectoryLock(path, { disk: counts });
    for (let hold = 0; hold < 3; hold++) counted.runSync((held) => held.stillHeld());
    counted.close();
    const wrong: string[] = [];
    for (const fault of everyFault(counts, ["EIO", "EACCES"])) {
      const at = `${fault.method} ${fault.call} ${fault.errno}`;
      const lock = createDirectoryLock(path, { disk: faultyDisk([fault]) });
      for (let hold = 0; hold < 3; hold++) {
        await lock.run((held) => held.stillHeld(), { timeoutMs: 30 }).catch(() => {});
      }
      lock.close();
      const next: unknown = await createDirectoryLock(path)
        .run(() => "free", { timeoutMs: 50 })
        .catch(() => "held for ever");
      if (next !== "free") wrong.push(`${at}: ${String(next)}`);
      rmSync(path, { recursive: true, force: true });
      // A prepared directory that the disk refuses to remove now goes with a later sweep.
      for (const name of readdirSync(dir)) rmSync(join(dir, name), { recursive: true });
    }
    expect(wrong).toEqual([]);
  });
});

describe("a hold that is given back by a process that was stopped and judged by its age meanwhile", () => {
  /** Does `meanwhile` right after the hold got its last name, before its directory is taken away. */
  const stoppedBetween = (meanwhile: () => void): Disk => {
    let renames = 0;
    return {
      ...nodeDisk,
      renameSync: (from, to) => {
        nodeDisk.renameSync(from, to);
        if (++renames === 2) meanwhile();
      },
    };
  };

  it("[DF-1] does not cost the next holder its hold", () => {
    const other = createCasDirectory(path, nodeDisk);
    const disk = stoppedBetween(() => {
      const holder = other.holder();
      if (holder !== undefined) other.evict(holder);
      expect(other.tryTake()).toBe(true);
    });
    const slow = createCasDirectory(path, disk);
    expect(slow.tryTake()).toBe(true);
    expect(slow.handBack()).toBe(false);
    expect(other.isOurs()).toBe(true);
    expect(createCasDirectory(path, nodeDisk).tryTake()).toBe(false);
    expect(other.release()).toBe(true);
    // And the slow one has nothing that it believes to be prepared.
    expect(slow.tryTake()).toBe(true);
    expect(slow.release()).toBe(true);
  });

  it("[DF-1] knows that it was evicted when nobody has taken the lock since", () => {
    const other = createCasDirectory(path, nodeDisk);
    const slow = createCasDirectory(
      path,
      stoppedBetween(() => {
        const holder = other.holder();
        if (holder !== undefined) other.evict(holder);
      }),
    );
    expect(slow.tryTake()).toBe(true);
    expect(slow.handBack()).toBe(false);
    expect(other.tryTake()).toBe(true);
    expect(slow.tryTake()).toBe(false);
  });
});
