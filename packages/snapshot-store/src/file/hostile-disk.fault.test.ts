import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Disk, nodeDisk } from "@agentlog/durable-fs";
import { type Fault, faultyDisk } from "@agentlog/durable-fs/testing";
import { openEventLog, type EventLog } from "@agentlog/event-log";
import { isAgentlogError, type SessionDocument } from "@agentlog/types";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileSnapshotStore, memorySnapshotStore, sessionRecorder, type SnapshotStore } from "../index.js";

/** Snapshots on disks that are full, that fail, that lose their power, or whose times are coarse. */

const ID = "sess_01890a5d-ac96-774b-bcce-b302099a8057";

let dir: string;
let log: EventLog;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  log = openEventLog(join(dir, "log", "events.jsonl"));
});
afterEach(async () => {
  await log.close();
  rmSync(dir, { recursive: true, force: true });
});

const open = (disk: Disk = nodeDisk): SnapshotStore<SessionDocument> =>
  fileSnapshotStore<SessionDocument>({ directory: join(dir, "snapshots"), disk });
const file = (): string => join(dir, "snapshots", ID, "document.json");
const checkpoint = async (disk?: Disk) => await sessionRecorder({ log, store: open(disk), sessionId: ID }).checkpoint();
const say = async (text: string): Promise<void> => {
  await log.append({ type: "message.sent", data: { role: "user", text } });
};
/** What the whole log makes, folded at once. */
const replayed = async (): Promise<unknown> =>
  (await sessionRecorder({ log, store: memorySnapshotStore(), sessionId: ID }).checkpoint())?.document;

describe("a disk that takes no snapshot", () => {
  it("[H-66] full for snapshots alone: an error, the former one stays, the log goes on; with room the next has all", async () => {
    await say("one");
    await checkpoint();
    const before = readFileSync(file());
    const full = faultyDisk([{ method: "writeSync", errno: "ENOSPC" }]);
    for (const text of ["two", "three"]) {
      await say(text);
      await expect(checkpoint(full)).rejects.toMatchObject({ code: "IO_ERROR", errno: "ENOSPC" });
    }
    expect(readFileSync(file())).toEqual(before);
    const { document, folded } = (await checkpoint())!;
    expect([document, folded]).toEqual([await replayed(), 2]);
    expect(readdirSync(join(dir, "snapshots", ID))).toEqual(["document.json"]);
  });

  it.each<[string, Fault]>([
    ["the write", { method: "writeSync", errno: "EIO" }],
    ["the sync of the file", { method: "fsyncSync", call: 1, errno: "EIO" }],
    ["the close", { method: "closeSync", errno: "EIO" }],
    ["the rename", { method: "renameSync", errno: "EIO" }],
    ["the sync of the directory", { method: "fsyncSync", call: 2, errno: "EIO" }],
  ])("[H-68] EIO on %s is never told as a save; the document is the former or the new one, whole", async (_, fault) => {
    await say("one");
    await checkpoint();
    await say("two");
    const error = await checkpoint(faultyDisk([fault])).catch((thrown: unknown) => thrown);
    expect(isAgentlogError(error, "IO_ERROR"), String(error)).toBe(true);
    expect([1, 2]).toContain((await open().load(ID))?.version);
    expect((await checkpoint())?.document).toEqual(await replayed());
  });

  it("[H-67] a write of which 0 bytes are taken, 1, or all but one, is an error and leaves the former document", async () => {
    await say("one");
    await checkpoint();
    const before = readFileSync(file());
    await say("two");
    for (const cut of [0, 1, -1]) {
      const disk: Disk = {
        ...nodeDisk,
        writeSync: ((fd: number, bytes: Buffer, offset: number, length: number) =>
          nodeDisk.writeSync(fd, bytes, offset, cut < 0 ? length + cut : cut)) as Disk["writeSync"],
      };
      await expect(checkpoint(disk), String(cut)).rejects.toMatchObject({ code: "IO_ERROR" });
      expect(readFileSync(file()), String(cut)).toEqual(before);
    }
    expect((await checkpoint())?.document).toEqual(await replayed());
  });
});

describe("a snapshot after a power loss", () => {
  const torn = function* (bytes: Buffer): Generator<readonly [string, Buffer]> {
    for (let cut = 0; cut < bytes.length; cut++) yield [`cut at ${cut}`, bytes.subarray(0, cut)];
    for (let at = 0; at < bytes.length; at += 256) {
      yield [`zeros from ${at}`, Buffer.concat([bytes.subarray(0, at), Buffer.alloc(bytes.length - at)])];
      yield [`a zeroed part at ${at}`, Buffer.from(bytes).fill(0, at, Math.min(at + 256, bytes.length))];
    }
    for (let at = 0; at < bytes.length; at += 11) {
      const flipped = Buffer.from(bytes);
      flipped[at]! ^= 1 << (at % 8);
      yield [`a bit at ${at}`, flipped];
    }
    for (const more of [1, 512, 4096]) yield [`${more} NULs behind it`, Buffer.concat([bytes, Buffer.alloc(more)])];
  };

  it("[H-69] torn at any byte, zeroed, longer or with another bit, is known for damaged, and derived again", async () => {
    await say("one");
    await checkpoint();
    const sound = readFileSync(file());
    const { document } = (await open().load(ID))!;
    const unnoticed: string[] = [];
    let states = 0;
    for (const [state, bytes] of torn(sound)) {
      writeFileSync(file(), bytes);
      const found: unknown = await open()
        .load(ID)
        .catch((error: unknown) => error);
      const refused = isAgentlogError(found, "CORRUPT_SNAPSHOT") || isAgentlogError(found, "STORE_FORMAT");
      // Whitespace at its end may be missing.
      if (!refused) expect(found, state).toMatchObject({ document });
      if (!refused) unnoticed.push(state);
      if (isAgentlogError(found, "CORRUPT_SNAPSHOT") && states++ % 80 === 0)
        expect((await checkpoint())?.document, state).toEqual(await replayed());
    }
    expect(unnoticed.length).toBeLessThan(3);
  });

  it("[H-69] of which the rename was lost is the one before, and goes on from there", async () => {
    await say("one");
    await checkpoint();
    const before = readFileSync(file());
    await say("two");
    await checkpoint();
    writeFileSync(file(), before);
    await say("three");
    expect(await checkpoint()).toMatchObject({ folded: 2, document: await replayed() });
  });

  it("[H-69] newer than its log, or of another log: derived anew, or refused and kept where that would lose something", async () => {
    for (const text of ["one", "two", "three"]) await say(text);
    const { end } = await firstEntry();
    await checkpoint();
    const newer = readFileSync(file());
    await log.close();
    truncateSync(log.path, end);
    log = openEventLog(log.path);
    await expectDerivedOrKept(newer);
    // Another log in its place.
    await log.close();
    rmSync(log.path);
    log = openEventLog(log.path);
    await say("another");
    await expectDerivedOrKept(newer);
  });

  const firstEntry = async (): Promise<{ readonly end: number }> => {
    for await (const entry of log.entries()) return entry;
    throw new Error("an empty log");
  };
  const expectDerivedOrKept = async (snapshot: Buffer): Promise<void> => {
    writeFileSync(file(), snapshot);
    const outcome: unknown = await checkpoint().catch((error: unknown) => error);
    if (isAgentlogError(outcome, "LOG_REPLACED")) expect(readFileSync(file())).toEqual(snapshot);
    else expect(outcome).toMatchObject({ rebuilt: "log changed", document: await replayed() });
  };
});

describe("a file system with times of two seconds", () => {
  const coarse: Disk = {
    ...nodeDisk,
    lstatSync: ((path: string, options?: { readonly bigint?: boolean }) => {
      const stats = nodeDisk.lstatSync(path, { ...options, bigint: true, throwIfNoEntry: true });
      const mtimeNs = (stats.mtimeNs / 2_000_000_000n) * 2_000_000_000n;
      if (options?.bigint === true) return Object.assign(Object.create(stats) as object, { mtimeNs });
      return Object.assign(Object.create(nodeDisk.lstatSync(path)) as object, {
        mtimeMs: Number(mtimeNs / 1_000_000n),
      });
    }) as Disk["lstatSync"],
  };

  it("[H-71] two writers that save by turns within one of its ticks lose nothing", async () => {
    const stores = [0, 1].map(() => fileSnapshotStore<{ n: number }>({ directory: join(dir, "ticks"), disk: coarse }));
    for (let n = 0; n < 20; n++) {
      await stores[n % 2]!.update("k", (document = { n: 0 }) => ({ n: document.n + 1 }));
    }
    expect((await stores[0]!.load("k"))?.document).toEqual({ n: 20 });
    cpSync(join(dir, "ticks"), join(dir, "copied"), { recursive: true });
    expect((await fileSnapshotStore({ directory: join(dir, "copied") }).load("k"))?.version).toBe(20);
  });
});
