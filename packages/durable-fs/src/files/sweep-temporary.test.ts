import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { faultyDisk } from "../testing/faulty-disk.js";
import { replaceFile } from "./replace-file.js";
import { sweepTemporaryFiles } from "./sweep-temporary.js";
import type { TemporaryOwner } from "./temporary.js";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Leaves the temporary file of a writer that died before its rename. */
function leaveBehind(owner?: TemporaryOwner, name = "file.json"): void {
  const disk = faultyDisk([{ method: "renameSync", kill: "before" }]);
  expect(() => replaceFile(join(dir, name), Buffer.from("x"), { disk, owner })).toThrow();
}

describe("[DF-5] sweepTemporaryFiles", () => {
  it.each([
    { pid: 4711, startTime: "0" },
    { pid: 1, startTime: "98765432101234" },
    { pid: 2 ** 31, startTime: "Fri Nov 20 13:00:00 2026" },
  ])("learns the owner from the name: $startTime", (owner) => {
    leaveBehind(owner);
    leaveBehind(owner, "with.dots.9-9.and spaces");
    const seen: TemporaryOwner[] = [];
    sweepTemporaryFiles(dir, { minAgeMs: 0, isDead: (found) => seen.push(found) === 0 });
    expect(seen).toEqual([owner, owner]);
  });

  it("removes those of the dead, never those of the living", () => {
    leaveBehind({ pid: 10, startTime: "1" });
    leaveBehind({ pid: 10, startTime: "2" });
    expect(sweepTemporaryFiles(dir, { minAgeMs: 0, isDead: ({ startTime }) => startTime === "1" })).toBe(1);
    expect(readdirSync(dir)).toEqual([expect.stringContaining(".10-2.")]);
  });

  it("tells by default whether that process runs, and not another with its pid", () => {
    const { pid } = spawnSync(process.execPath, ["-e", ""]);
    leaveBehind({ pid, startTime: "0" });
    leaveBehind();
    leaveBehind({ pid: 0, startTime: "0" });
    if (process.platform === "linux") leaveBehind({ pid: process.pid, startTime: "1" });
    expect(sweepTemporaryFiles(dir, { minAgeMs: 0 })).toBe(process.platform === "linux" ? 2 : 1);
    expect(readdirSync(dir)).toHaveLength(2);
  });

  it("spares what is younger than a minute unless told otherwise", () => {
    leaveBehind();
    expect(sweepTemporaryFiles(dir, { isDead: () => true })).toBe(0);
    const [name = ""] = readdirSync(dir);
    utimesSync(join(dir, name), new Date(), new Date(Date.now() - 61_000));
    expect(sweepTemporaryFiles(dir, { isDead: () => true })).toBe(1);
  });

  it("leaves other names, and the target of a planted link", () => {
    const victim = join(dir, "victim");
    writeFileSync(victim, "x");
    const planted = `.file.1-1.${"a".repeat(24)}.tmp`;
    symlinkSync(victim, join(dir, planted));
    mkdirSync(join(dir, `.dir.1-1.${"a".repeat(24)}.tmp`));
    for (const name of [".file.tmp", `.file.x-1.${"a".repeat(24)}.tmp`, `file.1-1.${"a".repeat(24)}.tmp`])
      writeFileSync(join(dir, name), "");
    expect(sweepTemporaryFiles(dir, { minAgeMs: 0, isDead: () => true })).toBe(1);
    expect([existsSync(victim), readdirSync(dir).length]).toEqual([true, 5]);
  });

  it("finds nothing in a missing directory", () => {
    expect(sweepTemporaryFiles(join(dir, "none"))).toBe(0);
  });
});
