import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEventLog } from "./index.js";
import { present } from "./testing/present.js";

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  file = join(dir, "events.jsonl");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const fixed = { id: "evt_fixed", time: "2026-01-31T12:00:00.000Z", type: "note.taken" };

/** An event whose JSON has exactly so many bytes, most of them in multi-byte characters. */
function eventOf(bytes: number): typeof fixed & { data: { text: string } } {
  const empty = Buffer.byteLength(JSON.stringify({ ...fixed, data: { text: "" } }));
  const left = bytes - empty;
  const text = "é".repeat(Math.floor(left / 2)) + "x".repeat(left % 2);
  const event = { ...fixed, data: { text } };
  if (Buffer.byteLength(JSON.stringify(event)) !== bytes) throw new Error("miscounted");
  return event;
}

describe("maxEventBytes", () => {
  it.each([[1_000], [1_001], [1024 * 1024]])(
    "[EL-9] [H-42] %i counts the bytes of the event's JSON, not its characters",
    async (limit) => {
      const log = openEventLog(file, { maxEventBytes: limit });
      await expect(log.append(eventOf(limit - 1))).resolves.toMatchObject({ seq: 0 });
      await expect(log.append(eventOf(limit))).resolves.toMatchObject({ seq: 1 });
      await expect(log.append(eventOf(limit + 1))).rejects.toMatchObject({
        code: "EVENT_TOO_LARGE",
        bytes: limit + 1,
        limit,
      });
      expect((await log.readAll()).events).toHaveLength(2);
      await expect(log.append(eventOf(limit))).resolves.toMatchObject({ seq: 2 });
    },
  );

  it("[EL-9] [H-42] is 1 MiB unless said otherwise", async () => {
    const log = openEventLog(file);
    await log.append(eventOf(1024 * 1024));
    await expect(log.append(eventOf(1024 * 1024 + 10))).rejects.toMatchObject({ code: "EVENT_TOO_LARGE" });
  });

  it("[EL-9] never exceeds what readers take, whatever is asked for", async () => {
    const log = openEventLog(file, { maxEventBytes: 100 * 1024 * 1024 });
    await log.append(eventOf(15 * 1024 * 1024));
    await expect(log.append(eventOf(17 * 1024 * 1024))).rejects.toMatchObject({ code: "EVENT_TOO_LARGE" });
    expect((await log.readAll()).events).toHaveLength(1);
  });

  it("[EL-9] one event over it fails its whole appendMany, and nothing else", async () => {
    const log = openEventLog(file, { maxEventBytes: 500 });
    const settled = await Promise.allSettled([
      log.append(eventOf(300)),
      log.appendMany([eventOf(300), eventOf(700)]),
      log.append(eventOf(300)),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect((await log.readAll()).events).toHaveLength(2);
  });
});

describe("oversize: spill", () => {
  const spilling = (): ReturnType<typeof openEventLog> => openEventLog(file, { maxEventBytes: 500, oversize: "spill" });
  const blobs = (): string[] => readdirSync(join(dir, "blobs"));

  it("[EL-9] puts the data of a large event in a file of its own, and dataOf gives it back", async () => {
    const log = spilling();
    await log.append(eventOf(400));
    await log.append(eventOf(5_000));
    const [small, large] = (await log.readAll()).events;
    const reference = present(large?.blob);
    expect(Object.keys(reference)).toEqual(["sha256", "bytes"]);
    expect(blobs()).toEqual([reference.sha256]);
    expect([small?.blob, large?.data]).toEqual([undefined, {}]);
    expect(log.dataOf(present(small))).toEqual(eventOf(400).data);
    expect(log.dataOf(present(large))).toEqual(eventOf(5_000).data);
    expect(reference.bytes).toBe(Buffer.byteLength(JSON.stringify(eventOf(5_000).data)));
    expect((await log.verify()).ok).toBe(true);
  });

  it("[EL-9] keeps one file for one content", async () => {
    const log = spilling();
    await Promise.all([log.append(eventOf(5_000)), log.append(eventOf(5_000)), log.append(eventOf(6_000))]);
    expect(blobs()).toHaveLength(2);
  });

  it.each([
    ["missing", (path: string) => rmSync(path)],
    ["cut", (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 100))],
    ["empty", (path: string) => writeFileSync(path, "")],
    [
      "changed by one bit",
      (path: string) => {
        const bytes = readFileSync(path);
        bytes[50] = (bytes[50] ?? 0) ^ 1;
        writeFileSync(path, bytes);
      },
    ],
  ])("[EL-9] a blob that is %s is BLOB_DAMAGED, and whole again once the same data is appended", async (_, damage) => {
    const log = spilling();
    await log.append(eventOf(5_000));
    damage(join(dir, "blobs", blobs().at(0)!));
    const [event] = (await log.readAll()).events;
    expect(() => log.dataOf(present(event))).toThrow(expect.objectContaining({ code: "BLOB_DAMAGED" }));
    await log.append(eventOf(5_000));
    expect(log.dataOf(present(event))).toEqual(eventOf(5_000).data);
  });

  it("[EL-9] a forged reference never leads out of the folder", async () => {
    const log = openEventLog(file, { maxEventBytes: 500, oversize: "spill", blobDirectory: join(dir, "payloads") });
    writeFileSync(join(dir, "secret"), "{}");
    const forged = {
      ...fixed,
      seq: 0,
      writer: "w.0",
      prev: "",
      crc: "",
      data: {},
      blob: { sha256: "../secret", bytes: 2 },
    };
    expect(() => log.dataOf(forged)).toThrow(expect.objectContaining({ code: "BLOB_DAMAGED" }));
  });

  it.each([[{ sha256: "0".repeat(64), bytes: 3 }], [{ blob: { sha256: "0".repeat(64), bytes: 3 } }]])(
    "[EL-9] the caller's own data %j is given back as it is",
    async (data) => {
      const log = spilling();
      await log.append({ type: "a", data });
      expect(log.dataOf((await log.readAll()).events.at(0)!)).toEqual(data);
    },
  );

  it("[EL-9] an event that is too large without its data is refused", async () => {
    const event = { ...eventOf(5_000), meta: { text: "x".repeat(600) } };
    await expect(spilling().append(event)).rejects.toMatchObject({ code: "EVENT_TOO_LARGE", limit: 500 });
  });
});

describe("nesting", () => {
  const nested = (levels: number): object => {
    let value: object = {};
    for (let level = 1; level < levels; level++) value = level % 2 === 0 ? { a: value } : { a: [1], b: value };
    return value;
  };

  it("[EL-9] 64 levels, the event itself counted, are stored and read back; 65 are refused", async () => {
    const log = openEventLog(file);
    await log.append({ type: "a", data: nested(63) });
    expect((await log.readAll()).events[0]?.data).toEqual(nested(63));
    await expect(log.append({ type: "a", data: nested(64) })).rejects.toMatchObject({ code: "INVALID_EVENT" });
  });

  it.each([[65], [10_000], [200_000]])(
    "[EL-9] %i levels, of objects or arrays, are refused without an overflow",
    async (levels) => {
      const log = openEventLog(file);
      let list: unknown = [];
      for (let level = 0; level < levels; level++) list = [list];
      await expect(log.append({ type: "a", data: nested(levels) })).rejects.toMatchObject({ code: "INVALID_EVENT" });
      await expect(log.append({ type: "a", data: { list } })).rejects.toMatchObject({ code: "INVALID_EVENT" });
      await expect(log.append({ type: "a", data: {} })).resolves.toMatchObject({ seq: 0 });
    },
  );
});
