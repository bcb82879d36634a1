import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath, pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeDisk, type Disk } from "../disk.js";
import { noMounts, withMount } from "../testing/mounts.js";
import { createDirectoryLock } from "./directory-lock.js";
import { type Lock } from "./lock.js";

/** One lock that its holders know by several names, or through several copies of this package. */

const PACKAGE = fileURLToPath(new URL("../..", import.meta.url));

let dir: string;
beforeEach(() => {
  dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlog-")));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Lets one in at a time, whichever is asked; each sees the other's hold, and neither waits for ever for the other. */
async function expectOneLock(one: Lock, two: Lock): Promise<void> {
  let inside = 0;
  let most = 0;
  const enter = async (): Promise<void> => {
    most = Math.max(most, ++inside);
    await sleep(1);
    inside--;
  };
  await Promise.all(Array.from({ length: 30 }, async (_, n) => await (n % 2 === 0 ? one : two).run(enter)));
  for (let n = 0; n < 30; n++) (n % 2 === 0 ? one : two).runSync(() => (most = Math.max(most, inside + 1)));
  expect(most).toBe(1);
  await one.run(async (held) => {
    const holder = expect.stringContaining(`process ${process.pid} (alive)`) as string;
    await expect(two.run(() => 1, { timeoutMs: 20 })).rejects.toMatchObject({ code: "LOCK_TIMEOUT", holder });
    expect(() => two.runSync(() => 1, { timeoutMs: 20 })).toThrow(expect.objectContaining({ code: "LOCK_TIMEOUT" }));
    expect(held.stillHeld()).toBe(true);
  });
  expect(two.runSync(() => "free", { timeoutMs: 0 })).toBe("free");
}

describe("one lock under two names", () => {
  it("[H-61] through a linked folder", async () => {
    mkdirSync(join(dir, "real"));
    symlinkSync("real", join(dir, "link"));
    await expectOneLock(createDirectoryLock(join(dir, "real", "lock")), createDirectoryLock(join(dir, "link", "lock")));
  });

  it.skipIf(noMounts !== "")(`[H-61] through a bind mount${noMounts}`, async () => {
    const [real, bound] = [join(dir, "real"), join(dir, "bound")];
    for (const folder of [real, bound]) mkdirSync(folder);
    await withMount(bound, ["--bind", real], async () => {
      await expectOneLock(createDirectoryLock(join(real, "lock")), createDirectoryLock(join(bound, "lock")));
    });
  });

  it("[H-61] [H-71] in other letters, where case does not count", async () => {
    const disk = caseless(dir);
    await expectOneLock(
      createDirectoryLock(join(dir, "Log.lock"), { disk }),
      createDirectoryLock(join(dir, "log.LOCK"), { disk }),
    );
  });
});

describe("one lock through two copies of this package in one process", () => {
  type Package = typeof import("../index.js");

  /** The built package, installed again, with a proper-lockfile of its own or the one that the other copy has too. */
  const install = async (name: string, ownProperLockfile: boolean): Promise<Package> => {
    const modules = join(dir, name, "node_modules");
    const copy = join(modules, "@agentlog", "durable-fs");
    cpSync(join(PACKAGE, "dist"), join(copy, "dist"), { recursive: true });
    cpSync(join(PACKAGE, "package.json"), join(copy, "package.json"));
    symlinkSync(realpathSync(join(PACKAGE, "node_modules/@agentlog/types")), join(modules, "@agentlog/types"));
    const original = createRequire(join(PACKAGE, "package.json")).resolve("proper-lockfile/package.json");
    const target = join(modules, "proper-lockfile");
    if (ownProperLockfile) {
      cpSync(dirname(original), target, { recursive: true });
      for (const needed of ["graceful-fs", "retry", "signal-exit"]) {
        symlinkSync(realpathSync(join(dirname(original), "..", needed)), join(modules, needed));
      }
    } else symlinkSync(realpathSync(dirname(original)), target);
    return (await import(pathToFileURL(join(copy, "dist", "index.js")).href)) as Package;
  };

  it.each([
    ["with a proper-lockfile each", true],
    ["with one proper-lockfile", false],
  ])("[H-61] %s", async (_, own) => {
    const [one, two] = [await install("one", own), await install("two", own)];
    expect(one.createDirectoryLock).not.toBe(two.createDirectoryLock);
    const path = join(dir, "lock");
    await expectOneLock(one.createDirectoryLock(path), two.createDirectoryLock(path));
  });

  it("[H-61] with one proper-lockfile, a copy that lost the lock does not give back the other's hold, nor fail", async () => {
    const [one, two] = [await install("one", false), await install("two", false)];
    const path = join(dir, "lock");
    const steps: unknown[] = [];
    let over = (): void => {};
    const second = one.createDirectoryLock(path).run(async (held) => {
      rmSync(path, { recursive: true });
      const other = two.createDirectoryLock(path).run(async (theirs) => {
        await new Promise<void>((resolve) => (over = resolve));
        steps.push(theirs.stillHeld());
        return "theirs";
      });
      steps.push(held.stillHeld());
      return { other };
    });
    const { other } = await second;
    expect(readdirSync(path)).toHaveLength(1);
    over();
    expect(await other).toBe("theirs");
    expect(steps).toEqual([false, true]);
    expect(one.createDirectoryLock(path).runSync(() => "free", { timeoutMs: 50 })).toBe("free");
  });
});

/** The disk as where case does not count: whatever is named below `root` is named in small letters. */
function caseless(root: string): Disk {
  const lower = (value: unknown): unknown =>
    typeof value === "string" && value.startsWith(root) ? root + value.slice(root.length).toLowerCase() : value;
  const methods = Object.entries(nodeDisk).map(([name, method]: [string, unknown]) => [
    name,
    typeof method === "function" ? (...args: unknown[]): unknown => method(...args.map(lower)) : method,
  ]);
  return Object.fromEntries(methods) as Disk;
}
