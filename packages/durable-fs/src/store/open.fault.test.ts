import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { countingDisk, everyFault, everyKill, faultyDisk, type Fault } from "../testing/faulty-disk.js";
import { openStore } from "./open.js";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const firstOpen = (): ReturnType<typeof countingDisk> => {
  const disk = countingDisk();
  openStore(join(dir, "count", "store"), { disk, insideRepository: true });
  return disk;
};

function tryOpen(root: string, fault: Fault): { error: unknown; fired: number } {
  const disk = faultyDisk([fault]);
  try {
    openStore(root, { disk, insideRepository: true });
    return { error: undefined, fired: disk.fired.length };
  } catch (error) {
    return { error, fired: disk.fired.length };
  }
}

/** Opens again as the next process does; the old one's leftovers are gone then. */
function expectWhole(root: string): void {
  const { created } = openStore(root, { insideRepository: true, isDead: () => true });
  expect(openStore(root).created).toBe(created);
  for (const name of readdirSync(root).filter((file) => file.endsWith(".tmp"))) rmSync(join(root, name)); // younger than a minute
  expect(readdirSync(root).sort()).toEqual([".gitignore", "store.json"]);
}

describe("openStore under faults", () => {
  it("fails with the system's own error or succeeds, and the next open always succeeds", () => {
    const faults = everyFault(firstOpen(), ["EIO", "ENOSPC", "EROFS"]);
    expect(faults.length).toBeGreaterThan(60);
    for (const [index, fault] of faults.entries()) {
      const root = join(dir, String(index), "store");
      const { error, fired } = tryOpen(root, fault);
      const label = `${fault.method} #${fault.call} ${fault.errno}`;
      expect(fired, label).toBe(1);
      if (error !== undefined) expect(error, label).toMatchObject({ code: "IO_ERROR", errno: fault.errno });
      expectWhole(root);
    }
  });

  it("leaves nothing half-made, whichever call the process dies at", () => {
    for (const [index, kill] of everyKill(firstOpen()).entries()) {
      const root = join(dir, String(index), "store");
      tryOpen(root, kill);
      expectWhole(root);
    }
  });

  it("never harms a store that is there, whichever call fails", () => {
    const root = join(dir, "store");
    const { layout } = openStore(root, { insideRepository: true });
    const before = readFileSync(layout.storeFile, "utf8");
    const counts = countingDisk();
    openStore(root, { disk: counts });
    for (const fault of [...everyFault(counts, ["EIO", "EACCES"]), ...everyKill(counts)]) {
      tryOpen(root, fault);
      expect(readFileSync(layout.storeFile, "utf8")).toBe(before);
      expect(readdirSync(root).sort()).toEqual([".gitignore", "store.json"]);
    }
  });
});
