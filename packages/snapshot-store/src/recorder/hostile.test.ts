import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { openEventLog, type EventLog } from "@agentlog/event-log";
import { isAgentlogError, type SessionDocument } from "@agentlog/types";
import { sessionDocumentSchema } from "@agentlog/types/schemas";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { fileSnapshotStore, memorySnapshotStore, sessionRecorder, type SnapshotStore } from "../index.js";

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

const say = async (from: number, count: number): Promise<void> => {
  for (let n = from; n < from + count; n++) {
    const role = n % 2 === 0 ? "user" : "assistant";
    await log.append({ type: "message.sent", data: { role, text: `message ${n}` } });
  }
};
const open = (schema = true): SnapshotStore<SessionDocument> =>
  fileSnapshotStore({
    directory: join(dir, "snapshots"),
    durable: false,
    ...(schema ? { schema: sessionDocumentSchema as never } : {}),
  });
const file = (): string => join(dir, "snapshots", ID, "document.json");
/** What the whole log makes, folded at once. */
const replayed = async (): Promise<unknown> =>
  (await sessionRecorder({ log, store: memorySnapshotStore(), sessionId: ID }).checkpoint())?.document;

const overwrite = (change: (bytes: Buffer) => Buffer | string): void =>
  writeFileSync(file(), change(readFileSync(file())));

/** Files that no longer are what was written. */
const SPOILT: readonly (readonly [string, () => void])[] = [
  ["truncated in its first line", () => truncateSync(file(), 20)],
  ["truncated in its document", () => truncateSync(file(), readFileSync(file()).length - 9)],
  ["empty", () => truncateSync(file(), 0)],
  ["of NULs", () => overwrite((bytes) => Buffer.alloc(bytes.length))],
  ["with NULs behind it", () => appendFileSync(file(), Buffer.alloc(9_000))],
  ["of 100,000 brackets", () => writeFileSync(file(), "[".repeat(100_000))],
  ["with a checksum that does not fit", () => overwrite((bytes) => String(bytes).replace(/"crc":"./, '"crc":"z'))],
  ["with one bit turned", () => overwrite((bytes) => (bytes.writeUInt8(bytes.at(-20)! ^ 1, bytes.length - 20), bytes))],
  ["huge, without a line's end", () => (truncateSync(file(), 0), truncateSync(file(), 40 * 1024 * 1024))],
];

/** Documents that are whole and do not say what ours would. */
const FOREIGN: readonly (readonly [string, (document: SessionDocument) => unknown])[] = [
  ["null", () => null],
  ["a list", () => []],
  ["of another shape", () => ({ schemaVersion: 7, state: {} })],
  ["without a position", (document) => ({ ...document, position: undefined })],
  ["with a position that is none", (document) => ({ ...document, position: { seq: "3" } })],
  ["from the future", (document) => ({ ...document, position: { seq: 1_000_000, id: "evt_later" } })],
  ["at another event", (document) => ({ ...document, position: { ...document.position, id: "evt_other" } })],
  ["at an earlier event than it has", (document) => ({ ...document, position: { seq: 0, id: "evt_other" } })],
  ["at no event although it has loops", (document) => ({ ...document, position: { seq: -1 } })],
  ["nested 1,000 deep", () => JSON.parse(`${"[".repeat(1_000)}${"]".repeat(1_000)}`) as unknown],
];

describe("[H-72] a session's document and its log", () => {
  it.each(SPOILT)("[H-72] one that is %s is derived again, and equals the full replay", async (_name, spoil) => {
    await say(0, 6);
    await sessionRecorder({ log, store: open(), sessionId: ID }).checkpoint();
    spoil();
    const { entries, unreadable } = await open().list();
    expect(entries.length + unreadable.length).toBe(1);
    await say(6, 3);
    const again = await sessionRecorder({ log, store: open(), sessionId: ID }).checkpoint();
    expect(again).toMatchObject({ rebuilt: "corrupt" });
    expect(again?.document).toEqual(await replayed());
    expect((await open().load(ID))?.document).toEqual(await replayed());
    expect(existsSync(join(dir, "snapshots", ".quarantine"))).toBe(true);
  });

  it.each(FOREIGN)("[H-72] one that is %s is derived again, with a schema and without", async (_name, make) => {
    for (const schema of [true, false]) {
      await say(0, 5);
      await sessionRecorder({ log, store: open(), sessionId: ID }).checkpoint();
      const document = (await open().load(ID))!.document;
      await open(false).save(ID, make(document) as SessionDocument);
      await say(5, 2);
      const again = await sessionRecorder({ log, store: open(schema), sessionId: ID }).checkpoint();
      expect(again?.rebuilt).toBeDefined();
      expect(again?.document).toEqual(await replayed());
    }
  });

  it("[H-72] a link or a folder in its place is told and not followed, and the log has everything", async () => {
    await say(0, 3);
    const elsewhere = join(dir, "elsewhere");
    writeFileSync(elsewhere, "precious");
    for (const [plant, code] of [
      [() => symlinkSync(elsewhere, file()), "UNSAFE_PATH"],
      [() => mkdirSync(file()), "UNSAFE_PATH"],
    ] as const) {
      mkdirSync(dirname(file()), { recursive: true });
      plant();
      const recorder = sessionRecorder({ log, store: open(), sessionId: ID });
      const failed: unknown = await recorder.checkpoint().catch((error: unknown) => error);
      expect(isAgentlogError(failed, code)).toBe(true);
      rmSync(file(), { recursive: true });
      expect((await recorder.checkpoint())?.document).toEqual(await replayed());
      expect(lstatSync(file()).isFile()).toBe(true);
      expect(readFileSync(elsewhere, "utf8")).toBe("precious");
      rmSync(dirname(file()), { recursive: true });
    }
  });

  it("[H-72] whatever bytes are in its place, its document is the full replay", async () => {
    const damage = fc.oneof(
      fc.record({ at: fc.nat(2_000), byte: fc.nat(255) }),
      fc.record({ cut: fc.nat(2_000) }),
      fc.record({ whole: fc.uint8Array({ maxLength: 200 }) }),
    );
    let n = 0;
    await fc.assert(
      fc.asyncProperty(damage, fc.integer({ min: 1, max: 3 }), async (how, more) => {
        await sessionRecorder({ log, store: open(), sessionId: ID }).checkpoint();
        if (existsSync(file())) {
          overwrite((bytes) => {
            if ("whole" in how) return Buffer.from(how.whole);
            if ("cut" in how) return bytes.subarray(0, how.cut);
            bytes[how.at % bytes.length] = how.byte;
            return bytes;
          });
        }
        await say(n, more);
        n += more;
        const { document } = (await sessionRecorder({ log, store: open(), sessionId: ID }).checkpoint())!;
        expect(document).toEqual(await replayed());
      }),
      { numRuns: 60 },
    );
  });

  it("[H-73] the older of two checkpoints that is renamed last takes nothing away: the next one has everything", async () => {
    await say(0, 4);
    const slow = sessionRecorder({ log, store: open(), sessionId: ID });
    await slow.checkpoint();
    const older = readFileSync(file());
    await say(4, 4);
    await sessionRecorder({ log, store: open(), sessionId: ID }).checkpoint();
    // A writer that was stopped between its write and its rename, for longer than any lock.
    writeFileSync(file(), older);
    const next = await sessionRecorder({ log, store: open(), sessionId: ID }).checkpoint();
    expect(next).toMatchObject({ folded: 4, rebuilt: undefined });
    expect(next?.document).toEqual(await replayed());
  });
});
