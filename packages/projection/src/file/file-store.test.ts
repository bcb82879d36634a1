import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countingDisk } from "@agentlog/durable-fs/testing";
import { openEventLog, type NewLogEvent } from "@agentlog/event-log";
import { isAgentlogError } from "@agentlog/types";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { expectAgreement } from "../fixtures/agreement.js";
import { tallies, type Tally } from "../fixtures/tallies.js";
import { fileStore, openCollection, type Collection, type FileStoreOptions, type Problem } from "../index.js";

let dir: string;
let path: string;
let model: string;
let problems: Problem[];
let open: Collection<Tally>[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  path = join(dir, "events.jsonl");
  model = join(dir, "checkpoints", "tallies.v1");
  problems = [];
  open = [];
});
afterEach(async () => {
  for (const collection of open) await collection.close();
  rmSync(dir, { recursive: true, force: true });
});

const start = (options: Partial<FileStoreOptions> = {}): Collection<Tally> => {
  const store = fileStore({ path: join(dir, "checkpoints"), flushEvents: 10, ...options });
  const collection = openCollection(tallies, {
    log: openEventLog(path),
    store,
    onProblem: (one) => problems.push(one),
  });
  open.push(collection);
  return collection;
};
const append = async (count: number, from = 0): Promise<void> => {
  const events = Array.from({ length: count }, (_, n): NewLogEvent => {
    const name = `k${((from + n) * 7919) % 1_009}`;
    return { type: "tally.added", data: { name, n, note: `page ${(from + n) % 13}` } };
  });
  await openEventLog(path).appendMany(events);
};
const segments = (): string[] => readdirSync(model).filter((name) => name.endsWith(".jsonl"));

describe("[PR-2] what is written when", () => {
  it("[PR-2] nothing while few events came; on close when it is worth it; and then the next one folds only what is new", async () => {
    await append(5);
    const few = start({ flushEvents: 1_000 });
    await few.catchUp();
    await few.close();
    expect(existsSync(join(model, "manifest.json"))).toBe(false);
    await append(95);
    const many = start({ flushEvents: 1_000 });
    expect(await many.catchUp()).toMatchObject({ events: 100 });
    await many.close();
    await append(3);
    const next = start();
    expect(await next.catchUp()).toMatchObject({ events: 3 });
    await expectAgreement(next, path);
  });

  it("[PR-2] segments stay few, and one event writes no more the more records there are", async () => {
    for (let n = 0; n < 60; n++) {
      await append(50, n * 50);
      const collection = start();
      await collection.catchUp();
      await collection.close();
      expect(segments().length).toBeLessThanOrEqual(8);
    }
    await expectAgreement(start(), path);
  });

  it("[PR-2] a cold lookup reads a few pieces, not the files", async () => {
    await append(20_000);
    const writer = start();
    await writer.catchUp();
    await writer.close();
    const disk = countingDisk();
    const collection = start({ disk });
    expect((await collection.get("k17"))?.name).toBe("k17");
    expect(await collection.scan("byCount", { limit: 10, reverse: true })).toHaveLength(10);
    expect(disk.calls.get("readSync")).toBeLessThan(200);
  });

  it("merges in the background while it is used", async () => {
    const collection = start({ flushEvents: 10 });
    for (let n = 0; n < 40; n++) {
      await append(30, n * 30);
      await collection.catchUp();
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
    const written = segments().length;
    for (const end = performance.now() + 10_000; segments().length > 6 && performance.now() < end;) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      await collection.get("k1");
    }
    expect(segments().length).toBeLessThanOrEqual(6);
    expect(written).toBeGreaterThan(0);
    await expectAgreement(collection, path);
  });
});

it("[PR-3] of two handles that went on from one place, the later one to write starts again from the other's", async () => {
  const [first, second] = [start(), start()];
  await append(5);
  await Promise.all([first.catchUp(), second.catchUp()]);
  await append(7, 5);
  await second.catchUp();
  await second.close();
  await first.close();
  await expectAgreement(start(), path);
  await append(20, 12);
  await expectAgreement(start(), path);
});

describe("[PR-1] files that cannot be used", () => {
  const written = async (): Promise<void> => {
    await append(300);
    const collection = start();
    await collection.catchUp();
    await collection.close();
    expect(problems).toEqual([]);
  };
  const expectSetAside = async (): Promise<void> => {
    await append(3, 300);
    await expectAgreement(start(), path);
    const aside = problems.filter(({ kind }) => kind === "set-aside");
    expect(aside).toHaveLength(1);
    expect(existsSync((aside[0] as { movedTo: string }).movedTo)).toBe(true);
  };

  it.each<[string, (file: string) => void]>([
    ["garbage", (file) => writeFileSync(file, Buffer.from([0xff, 0, 1, 2, 10, 10]))],
    ["nothing", (file) => writeFileSync(file, "")],
    ["half", (file) => truncateSync(file, statSync(file).size >> 1)],
    ["other JSON", (file) => writeFileSync(file, "{}\n")],
  ])("[PR-1] a manifest of %s is set aside", async (_what, spoil) => {
    await written();
    spoil(join(model, "manifest.json"));
    await expectSetAside();
  });

  it.each<[string, (file: string) => void]>([
    ["that is gone", (file) => rmSync(file)],
    ["cut short", (file) => truncateSync(file, statSync(file).size - 1)],
    ["of NULs", (file) => writeFileSync(file, Buffer.alloc(statSync(file).size))],
    ["of another", (file) => writeFileSync(file, readFileSync(file).reverse())],
  ])("[PR-1] a segment %s is set aside", async (_what, spoil) => {
    await written();
    for (const name of segments()) spoil(join(model, name));
    await expectSetAside();
  });

  it("[PR-1] any one byte changed is noticed where it is read", async () => {
    await written();
    const file = join(model, segments()[0]!);
    const sound = readFileSync(file);
    for (let at = 3; at < sound.length; at += Math.floor(sound.length / 25)) {
      const bytes = Buffer.from(sound);
      bytes[at]! ^= 4;
      writeFileSync(file, bytes);
      const collection = start();
      await expectAgreement(collection, path);
      await collection.close();
      if (!existsSync(file)) break;
      writeFileSync(file, sound);
    }
  });

  it("refuses a symbolic link, and tightens modes", async () => {
    await written();
    const manifest = join(model, "manifest.json");
    chmodSync(manifest, 0o644);
    await start().catchUp();
    expect(statSync(manifest).mode & 0o777).toBe(0o600);
    for (const name of segments()) expect(statSync(join(model, name)).mode & 0o777).toBe(0o600);
    expect(statSync(model).mode & 0o777).toBe(0o700);
    rmSync(manifest);
    symlinkSync(join(dir, "elsewhere"), manifest);
    const failed = await start()
      .catchUp()
      .catch((error: unknown) => error);
    expect(isAgentlogError(failed, "UNSAFE_PATH")).toBe(true);
  });
});
