import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileSnapshotStore, type SnapshotStore } from "../index.js";

interface Text {
  readonly agentId: string;
  readonly text: string;
}

let dir: string;
let store: SnapshotStore<Text>;
beforeEach(async () => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  store = fileSnapshotStore({ directory: dir });
  await store.save("k", { agentId: "a", text: "precious" });
  await store.save("other", { agentId: "a", text: "other" });
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const fileOf = (key: string): string => join(dir, key, "document.json");
const flip = (at: number): void => {
  const bytes = readFileSync(fileOf("k"));
  const place = at < 0 ? bytes.length + at : at;
  bytes[place] = bytes[place]! ^ 1;
  writeFileSync(fileOf("k"), bytes);
};

/** How a file is damaged, and what can still be told of it: whether a list sees it, and which version is next. */
const DAMAGE: readonly (readonly [string, () => void, seen: boolean])[] = [
  ["emptied", () => truncateSync(fileOf("k"), 0), true],
  ["cut in its first line", () => truncateSync(fileOf("k"), 30), true],
  ["cut in its document", () => truncateSync(fileOf("k"), statSync(fileOf("k")).size - 5), true],
  ["longer than it was", () => appendFileSync(fileOf("k"), "x"), true],
  ["a bit of its first line turned", () => flip(3), true],
  ["a bit of its document turned", () => flip(-8), false],
  ["no JSON at all", () => writeFileSync(fileOf("k"), "{"), true],
  ["other JSON", () => writeFileSync(fileOf("k"), '{"text":"mine"}\n'), true],
  ["the document of another key", () => writeFileSync(fileOf("k"), readFileSync(fileOf("other"))), true],
];

describe.each(DAMAGE)("a document that is %s", (_, damage, seen) => {
  it("is CORRUPT_SNAPSHOT with its path, and stays as it is", async () => {
    damage();
    const before = readFileSync(fileOf("k"));
    const error = {
      code: "CORRUPT_SNAPSHOT",
      key: "k",
      path: fileOf("k"),
      message: expect.stringContaining(fileOf("k")),
    };
    await expect(store.load("k")).rejects.toMatchObject(error);
    await expect(store.update("k", () => ({ agentId: "", text: "empty" }))).rejects.toMatchObject(error);
    await expect(store.save("k", { agentId: "", text: "" }, { ifVersion: 1 })).rejects.toMatchObject(error);
    await expect(store.delete("k", { ifVersion: 1 })).rejects.toMatchObject(error);
    expect(readFileSync(fileOf("k"))).toEqual(before);
    expect(existsSync(join(dir, ".quarantine"))).toBe(false);
  });

  it("hides no other document", async () => {
    damage();
    const { entries, unreadable } = await store.list();
    expect(entries.map(({ key }) => key).toSorted()).toEqual(seen ? ["other"] : ["k", "other"]);
    expect(unreadable.map(({ key, path, error }) => [key, path, error.code])).toEqual(
      seen ? [["k", fileOf("k"), "CORRUPT_SNAPSHOT"]] : [],
    );
    const found = await store.listBy("a");
    expect(found.snapshots.map(({ key }) => key)).toEqual(["other"]);
    expect(found.unreadable.map(({ key }) => key)).toEqual(["k"]);
  });

  it.each(["save", "delete"] as const)("is kept aside, with where it came from, when a %s replaces it", async (how) => {
    damage();
    const before = readFileSync(fileOf("k"));
    const cold = fileSnapshotStore<Text>({ directory: dir });
    if (how === "save") await cold.save("k", { agentId: "a", text: "new" });
    else await cold.delete("k");
    expect((await cold.load("k"))?.document.text).toBe(how === "save" ? "new" : undefined);
    const names = readdirSync(join(dir, ".quarantine")).toSorted();
    expect(names).toEqual([
      expect.stringMatching(/^snapshot-[0-9a-f]{32}\.json$/),
      expect.stringMatching(/\.origin\.json$/),
    ]);
    expect(readFileSync(join(dir, ".quarantine", names[0]!))).toEqual(before);
    expect(JSON.parse(readFileSync(join(dir, ".quarantine", names[1]!), "utf8"))).toMatchObject({
      from: fileOf("k"),
      bytes: before.length,
    });
  });
});

describe("a document", () => {
  it("that this very store saved and that was damaged since is kept aside too", async () => {
    flip(3);
    await store.save("k", { agentId: "a", text: "new" });
    expect(readdirSync(join(dir, ".quarantine"))).toHaveLength(2);
  });

  it("that a schema refuses is kept aside when a save replaces it, and the version goes on", async () => {
    const strict = fileSnapshotStore<{ n: number }>({
      directory: dir,
      schema: {
        "~standard": {
          version: 1,
          vendor: "test",
          validate: (value) =>
            typeof (value as { n?: unknown }).n === "number"
              ? { value: value as { n: number } }
              : { issues: [{ message: "expected n" }] },
        },
      },
    });
    await expect(strict.load("k")).rejects.toMatchObject({
      code: "CORRUPT_SNAPSHOT",
      reason: expect.stringContaining("expected n"),
    });
    expect((await strict.save("k", { n: 1 }, { ifVersion: 1 })).version).toBe(2);
    expect(readdirSync(join(dir, ".quarantine"))).toHaveLength(2);
  });

  it("of a newer format is STORE_FORMAT, listed as unreadable, and replaced by nothing", async () => {
    const newer = readFileSync(fileOf("k"), "utf8").replace('"format":1', '"format":2');
    writeFileSync(fileOf("k"), newer);
    const error = { code: "STORE_FORMAT", path: fileOf("k"), supported: 1 };
    await expect(store.load("k")).rejects.toMatchObject(error);
    await expect(store.save("k", { agentId: "", text: "" })).rejects.toMatchObject(error);
    await expect(store.delete("k")).rejects.toMatchObject(error);
    expect((await store.list()).unreadable).toHaveLength(1);
    expect(readFileSync(fileOf("k"), "utf8")).toBe(newer);
  });

  it("over the limit is refused on save and on load", async () => {
    const small = fileSnapshotStore<Text>({ directory: dir, maxBytes: 10 });
    await expect(small.save("k", { agentId: "a", text: "x".repeat(20) })).rejects.toMatchObject({ code: "USAGE" });
    await store.save("k", { agentId: "a", text: "x".repeat(20_000) });
    await expect(small.load("k")).rejects.toMatchObject({ code: "IO_ERROR", errno: "EFBIG" });
  });

  it("is one JSON object that any program can read, private to this user", async () => {
    const file = JSON.parse(readFileSync(fileOf("k"), "utf8")) as object;
    expect(file).toMatchObject({
      agentlog: "snapshot",
      format: 1,
      key: "k",
      version: 1,
      owner: "a",
      document: { text: "precious" },
    });
    expect([statSync(fileOf("k")).mode & 0o777, statSync(dir).mode & 0o777]).toEqual([0o600, 0o700]);
    chmodSync(fileOf("k"), 0o644);
    await store.load("k");
    expect(statSync(fileOf("k")).mode & 0o777).toBe(0o600);
  });

  it("whose file was taken away is gone, and its kept versions with it", async () => {
    const keeping = fileSnapshotStore<Text>({ directory: dir, keep: 3 });
    await keeping.save("k", { agentId: "a", text: "two" });
    renameSync(fileOf("k"), join(dir, "taken"));
    expect(await keeping.load("k")).toBeUndefined();
    expect(await keeping.load("k", { version: 1 })).toBeUndefined();
    expect(await keeping.history("k")).toEqual([]);
    // 1 is taken by what is left of the past: two documents must never have one number.
    expect((await keeping.save("k", { agentId: "a", text: "again" })).version).toBe(2);
  });
});
