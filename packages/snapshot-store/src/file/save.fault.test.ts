import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countingDisk, everyFault, faultyDisk, type Fault } from "@agentlog/durable-fs/testing";
import { isAgentlogError } from "@agentlog/types";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileSnapshotStore, type FileSnapshotStoreOptions, type SnapshotStore } from "../index.js";

interface Text {
  text: string;
}

let dir: string;
let places = 0;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  places = 0;
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = (directory: string, options: Partial<FileSnapshotStoreOptions<Text>> = {}): SnapshotStore<Text> =>
  fileSnapshotStore<Text>({ directory, keep: 2, lockTimeoutMs: 1_000, ...options });

/** A folder with two versions of a document in it. */
async function filled(): Promise<string> {
  const directory = join(dir, String(places++));
  const store = open(directory);
  await store.save("k", { text: "older" });
  await store.save("k", { text: "old" });
  return directory;
}

/** What a reader on a healthy disk finds after a save with these faults, and what the save said. */
async function after(faults: readonly Fault[]): Promise<{ text: string | undefined; error: unknown; label: string }> {
  const directory = await filled();
  const disk = faultyDisk(faults);
  const error: unknown = await open(directory, { disk })
    .save("k", { text: "new" })
    .then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
  const label = faults.map(({ method, call, errno, short }) => `${method} #${call} ${errno ?? short}`).join();
  expect(disk.fired, label).toHaveLength(faults.length);
  const store = open(directory);
  const text = (await store.load("k"))?.document.text;
  const versions = await store.history("k");
  expect(["old", "new"], label).toContain(text);
  expect(versions[0]?.version, label).toBe(text === "old" ? 2 : 3);
  await store.save("k", { text: "next" });
  const { version } = (await store.load("k"))!;
  expect((await store.load("k", { version: version - 1 }))?.document.text, label).toBe(text);
  expect(readdirSync(join(directory, "k")).toSorted(), label).toEqual(["document.json", `v${version - 1}.json`]);
  return { text, error, label };
}

describe("[DF-5] a save", () => {
  it("[H-68] leaves the old document or the new one whichever call fails, and no temporary file after the next save", async () => {
    const disk = countingDisk();
    await open(await filled(), { disk }).save("k", { text: "new" });
    const faults = everyFault(disk, ["EIO", "ENOSPC", "EMFILE"]);
    expect(faults.length).toBeGreaterThan(60);
    let refused = 0;
    for (const fault of faults) {
      const { text, error, label } = await after([fault]);
      if (error === undefined) expect(text, label).toBe("new");
      else {
        refused++;
        expect(isAgentlogError(error), label).toBe(true);
        // The one file outside says who this process is, which a temporary file's name tells.
        const path = fault.method === "readFileSync" ? "/proc/" : dir;
        expect(error, label).toMatchObject({ message: expect.stringContaining(path) });
      }
    }
    expect(refused).toBeGreaterThan(20);
  });

  it.each([0, 1, 40, 120])("[H-67] of which only %i bytes are written leaves the old document", async (short) => {
    const { text, error } = await after([{ method: "writeSync", call: 1, short }]);
    expect([text, (error as { code: string }).code]).toEqual(["old", "IO_ERROR"]);
  });

  it("whose lock is taken away before the rename writes nothing and says LOCK_LOST", async () => {
    const directory = await filled();
    const robbed = faultyDisk([
      { method: "fsyncSync", call: 1, after: () => rmSync(join(directory, ".locks"), { recursive: true }) },
    ]);
    await expect(open(directory, { disk: robbed }).save("k", { text: "new" })).rejects.toMatchObject({
      code: "LOCK_LOST",
    });
    expect((await open(directory).load("k"))?.document).toEqual({ text: "old" });
  });

  it("copies where there are no hard links", async () => {
    const directory = await filled();
    const disk = faultyDisk([{ method: "linkSync", errno: "EPERM" }]);
    await open(directory, { disk }).save("k", { text: "new" });
    expect((await open(directory).load("k", { version: 2 }))?.document).toEqual({ text: "old" });
  });
});

describe("a delete", () => {
  it("leaves the whole document or none, whichever call fails", async () => {
    const disk = countingDisk();
    await open(await filled(), { disk }).delete("k");
    for (const fault of everyFault(disk, ["EIO", "EACCES"])) {
      const directory = await filled();
      const label = `${fault.method} #${fault.call} ${fault.errno}`;
      const deleted = await open(directory, { disk: faultyDisk([fault]) })
        .delete("k")
        .catch((error: unknown) => expect(isAgentlogError(error), `${label}: ${String(error)}`).toBe(true));
      const store = open(directory);
      const found = await store.load("k");
      if (deleted === true) expect(found, label).toBeUndefined();
      if (found === undefined) expect(await store.history("k"), label).toEqual([]);
      else expect(found.document, label).toEqual({ text: "old" });
      await store.delete("k");
      expect(
        readdirSync(directory).filter((name) => name !== ".locks"),
        label,
      ).toEqual([]);
    }
  });
});

describe("what stands where a document should be", () => {
  it("[DF-6] is refused when it is a symbolic link, and what that leads to is untouched", async () => {
    const directory = await filled();
    const target = join(dir, "target");
    cpSync(join(directory, "k", "document.json"), target);
    mkdirSync(join(directory, "linked"));
    symlinkSync(target, join(directory, "linked", "document.json"));
    const store = open(directory);
    await expect(store.load("linked")).rejects.toMatchObject({ code: "UNSAFE_PATH" });
    await expect(store.save("linked", { text: "x" })).rejects.toMatchObject({ code: "UNSAFE_PATH" });
    const { entries, unreadable } = await store.list();
    expect([entries.map(({ key }) => key), unreadable.map(({ key }) => key)]).toEqual([["k"], ["linked"]]);
  });

  it("[DF-6] is refused when the key's folder is a link", async () => {
    const directory = await filled();
    mkdirSync(join(dir, "elsewhere"));
    symlinkSync(join(dir, "elsewhere"), join(directory, "linked"));
    await expect(open(directory).save("linked", { text: "x" })).rejects.toMatchObject({ code: "UNSAFE_PATH" });
    expect(readdirSync(join(dir, "elsewhere"))).toEqual([]);
  });

  it("is passed over in a list when it is somebody else's file or an empty folder", async () => {
    const directory = await filled();
    writeFileSync(join(directory, "notes"), "");
    mkdirSync(join(directory, "empty"));
    const { entries, unreadable } = await open(directory).list();
    expect([entries.length, unreadable]).toEqual([1, []]);
  });
});
