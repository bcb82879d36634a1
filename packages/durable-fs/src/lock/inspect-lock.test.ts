import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDirectoryLock, currentProcess, inspectLock, readOnlyDisk } from "../index.js";
import { formatOwnerEntry } from "./owner-entry.js";

let dir: string;
let path: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  path = join(dir, "work.lock");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** No process has had this pid with that start time. */
const dead = (): string => formatOwnerEntry({ ...currentProcess(), startTime: "1", nonce: "aa" });
const foreign = (): string => formatOwnerEntry({ ...currentProcess(), bootId: "0123456789ab", nonce: "bb" });

const hold = (entry: string): void => {
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, entry), "");
};
const prepare = (entry: string): void => {
  mkdirSync(`${path}.${entry}`);
  writeFileSync(join(`${path}.${entry}`, entry), "");
};

describe("inspectLock", () => {
  it("[DF-1] a lock that is missing or empty is free", () => {
    expect(inspectLock(path)).toEqual({ owners: [], prepared: [], foreign: [] });
    mkdirSync(path);
    expect(inspectLock(path)).toEqual({ owners: [], prepared: [], foreign: [] });
  });

  it("sees a living holder, and takes nothing from it", async () => {
    await createDirectoryLock(path).run((held) => {
      expect(inspectLock(path, { disk: readOnlyDisk() }).owners).toMatchObject([
        { pid: process.pid, liveness: "alive" },
      ]);
      expect(held.stillHeld()).toBe(true);
    });
  });

  it("[DF-2] tells the dead from those that cannot be known, and leaves them", () => {
    hold(dead());
    hold(foreign());
    const before = readdirSync(path);
    expect(
      inspectLock(path)
        .owners.map(({ liveness }) => liveness)
        .toSorted(),
    ).toEqual(["dead", "unknown"]);
    expect(readdirSync(path)).toEqual(before);
  });

  it("names what was prepared and what nobody's lock put there", () => {
    prepare(dead());
    hold("notes.txt");
    mkdirSync(`${path}.bak`);
    const { owners, prepared, foreign: others } = inspectLock(path);
    expect([owners, others]).toEqual([[], [join(path, "notes.txt")]]);
    expect(prepared).toEqual([{ path: `${path}.${dead()}`, pid: process.pid, liveness: "dead" }]);
  });

  it("says so where there is no directory", () => {
    writeFileSync(path, "");
    expect(() => inspectLock(path)).toThrow(expect.objectContaining({ code: "IO_ERROR", errno: "ENOTDIR" }) as Error);
  });
});
