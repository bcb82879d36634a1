import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDirectoryLock, type Disk, nodeDisk } from "@agentlog/durable-fs";
import { countingDisk, everyFault, everyKill, faultyDisk } from "@agentlog/durable-fs/testing";
import { isAgentlogError } from "@agentlog/types";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEventLog } from "./index.js";
import { batchOf, chainOf, fieldsOf, lineOf } from "./testing/forge.js";

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  file = join(dir, "events.jsonl");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const lines = chainOf(12);
/** A log with everything that can be wrong with one: pieces that stay and pieces that go, in file order. */
const pieces: readonly (readonly [text: string, stays: boolean])[] = [
  [`${lines[0]}\n`, true],
  ["torn\n", false],
  [`${lines[1]}\n${lines[2]}\n`, true],
  [`${lines[2]}\n`, false],
  [`${lines.at(3)!.slice(0, 40)}~\n`, false],
  [`${lineOf(fieldsOf(4, { batch: [0, 3] }))}\n`, false],
  [`${lines[6]}\n${lines[7]}\n`, true],
  ["\0\0\0\0\n", false],
  [`${lines[8]}\n`, true],
  [
    `${batchOf(
      [9, 10],
      [
        [0, 3],
        [1, 3],
      ],
    ).join("\n")}\n{"seq":11,"id"`,
    false,
  ],
];
const damaged = Buffer.from(pieces.map(([text]) => text).join(""));
const put = (content: string | Uint8Array = damaged): void => writeFileSync(file, content, { mode: 0o600 });
const readable = async (): Promise<unknown[]> => (await openEventLog(file).readAll()).events.map(({ seq }) => seq);

describe("repair", () => {
  it("[EL-12] keeps accepted lines byte for byte, quarantines exactly the rest, names the gap; the chain verifies", async () => {
    put();
    const log = openEventLog(file);
    const before = await readable();
    const report = await log.repair();
    expect(report).toMatchObject({ changed: true, events: 6, holes: [{ from: 3, to: 5 }] });
    const kept = readFileSync(file, "utf8").split("\n");
    expect(kept.filter((line) => line !== "" && !line.startsWith('{"hole"')).join("\n")).toBe(
      pieces
        .map(([text, stays]) => (stays ? text : ""))
        .join("")
        .trim(),
    );
    // What came before the hole line stays where it was: damage is filled with empty lines.
    expect(readFileSync(file).indexOf(lines[1] ?? "")).toBe(damaged.indexOf(lines[1] ?? ""));
    const gone = pieces.map(([text, stays]) => (stays ? "" : text)).join("");
    expect(readFileSync(report.quarantine ?? "", "utf8")).toBe(gone);
    expect(report.setAside.map(({ kind }) => kind)).toEqual([
      "torn",
      "stale",
      "torn",
      "partial-batch",
      "torn",
      "unfinished",
    ]);
    for (const { offset, bytes } of report.setAside)
      expect(gone).toContain(damaged.subarray(offset, offset + bytes).toString());
    expect(await readable()).toEqual(before);
    expect(await log.verify()).toMatchObject({ ok: true, damage: [], holes: [{ from: 3, to: 5 }], unfinishedBytes: 0 });
    await expect(log.append({ type: "a", data: {} })).resolves.toMatchObject({ seq: 9 });
    expect((await log.verify()).ok).toBe(true);
  });

  it("[EL-12] says in a file beside the quarantine where each piece stood", async () => {
    put();
    const { quarantine = "", setAside } = await openEventLog(file).repair();
    const manifest = JSON.parse(readFileSync(`${quarantine}.json`, "utf8")) as {
      from: string;
      pieces: { kind: string; offset: number; bytes: number; at: number }[];
    };
    expect(manifest.from).toBe(file);
    expect(manifest.pieces.map(({ kind, offset, bytes }) => ({ kind, offset, bytes }))).toEqual(setAside);
    const content = readFileSync(quarantine);
    for (const { offset, bytes, at } of manifest.pieces) {
      expect(content.subarray(at, at + bytes).equals(damaged.subarray(offset, offset + bytes))).toBe(true);
    }
    expect([quarantine, `${quarantine}.json`, file].map((path) => statSync(path).mode & 0o777)).toEqual([
      0o600, 0o600, 0o600,
    ]);
  });

  it("[EL-12] leaves every line that stays where it was, blank lines in the place of what went", async () => {
    put(`\n\n${lines[0]}\n\ntorn\n${lines[1]}\n\n`);
    const { quarantine = "" } = await openEventLog(file).repair();
    expect(readFileSync(file, "utf8")).toBe(`\n\n${lines[0]}\n\n\n\n\n\n\n${lines[1]}\n`);
    expect(readFileSync(quarantine, "utf8")).toBe("torn\n");
  });

  it("[EL-12] dryRun says the same and changes nothing", async () => {
    put();
    const plan = await openEventLog(file).repair({ dryRun: true });
    expect(plan).toMatchObject({ changed: true, events: 6, quarantine: undefined });
    expect(readFileSync(file).equals(damaged)).toBe(true);
    expect(existsSync(join(dir, "quarantine"))).toBe(false);
    const { quarantine: _, ...done } = await openEventLog(file).repair();
    expect(done).toEqual({ changed: plan.changed, events: plan.events, setAside: plan.setAside, holes: plan.holes });
  });

  it("[EL-12] of a sound log, a second time, or of no log at all changes nothing", async () => {
    expect(await openEventLog(join(dir, "none", "log")).repair()).toMatchObject({ changed: false });
    put();
    await openEventLog(file).repair();
    const { ino, mtimeMs } = statSync(file);
    const quarantined = readdirSync(join(dir, "quarantine"));
    expect(await openEventLog(file).repair()).toMatchObject({
      changed: false,
      holes: [{ from: 3, to: 5 }],
      setAside: [],
    });
    expect(statSync(file)).toMatchObject({ ino, mtimeMs });
    expect(readdirSync(join(dir, "quarantine"))).toEqual(quarantined);
  });

  it("[EL-12] keeps a broken chain as it is, and verify goes on reporting it", async () => {
    put(`${[...lines.slice(0, 3), lineOf(fieldsOf(3)), ...chainOf(1, 4)].join("\n")}\ntorn\n`);
    await openEventLog(file).repair();
    expect(await readable()).toEqual([0, 1, 2, 3, 4]);
    expect((await openEventLog(file).verify()).damage.map(({ kind }) => kind)).toEqual(["chain", "chain"]);
  });

  it("[EL-12] does nothing while somebody holds the log", async () => {
    put();
    await createDirectoryLock(`${file}.lock`).run(async () => {
      await expect(openEventLog(file, { lockTimeoutMs: 20 }).repair()).rejects.toMatchObject({ code: "LOCK_TIMEOUT" });
    });
    expect(readFileSync(file).equals(damaged)).toBe(true);
  });

  it("[EL-12] other handles that had the log open go on with the repaired one", async () => {
    const handles = [
      openEventLog(file),
      openEventLog(file, { durability: "disk" }),
      openEventLog(file, { durability: "interval" }),
    ];
    for (const log of handles) await log.append({ type: "a", data: {} });
    appendFileSync(file, "torn\n");
    await openEventLog(file).repair();
    for (const [n, log] of handles.entries()) {
      await expect(log.append({ type: "b", data: {} })).resolves.toMatchObject({ seq: 3 + n });
    }
    expect(await openEventLog(file).verify()).toMatchObject({ ok: true, events: 6 });
    for (const log of handles) await log.close();
  });

  it("[EL-12] of a log whose first events are lost names them, too", async () => {
    put(`torn\n${lines[3]}\n${lines[4]}\n`);
    expect((await openEventLog(file).repair()).holes).toEqual([{ from: 0, to: 2 }]);
    expect(await openEventLog(file).verify()).toMatchObject({ ok: true, events: 2 });
    await expect(openEventLog(file).append({ type: "a", data: {} })).resolves.toMatchObject({ seq: 5 });
  });

  it("[EL-12] appends to the old file after it was read are carried over", async () => {
    put(`${lines.slice(0, 3).join("\n")}\ntorn\n`);
    const late = openEventLog(file, {
      lock: {
        run: async (critical) => await critical({ stillHeld: () => true }),
        runSync: (critical) => critical({ stillHeld: () => true }),
        sweep: () => {},
        close: () => {},
      },
    });
    await late.append({ type: "opened", data: {} });
    let appended: { id: string } | undefined;
    const disk = faultyDisk([
      { method: "renameSync", call: 3, before: () => (appended ??= late.appendSync({ type: "late", data: {} })) },
    ]);
    await openEventLog(file, { disk }).repair();
    const { events } = await openEventLog(file).readAll();
    expect(events.map(({ type }) => type)).toContain("opened");
    if (appended !== undefined) expect(events.map(({ id }) => id)).toContain(appended.id);
    expect(appended).toBeDefined();
  });
});

describe("a repair that is interrupted", () => {
  it("[EL-12] at any call leaves the old file or the new one, and the rest in quarantine before it leaves the log", async () => {
    put();
    const template = `${dir}.template`;
    cpSync(dir, template, { recursive: true });
    try {
      // What a power loss would leave is the crash lab's business: here nothing waits for the disk.
      const base: Disk = { ...nodeDisk, fsyncSync: () => {} };
      const counts = countingDisk(base);
      await openEventLog(file, { disk: counts }).repair();
      const repaired = readFileSync(file);
      const wrong: string[] = [];
      for (const fault of [
        ...everyKill(counts).filter(({ kill }) => kill === "before"),
        ...everyFault(counts, ["EIO"]),
      ]) {
        const at = `${fault.method} ${fault.call} ${fault.kill ?? fault.errno}`;
        rmSync(dir, { recursive: true, force: true });
        cpSync(template, dir, { recursive: true });
        const result: unknown = await openEventLog(file, { disk: faultyDisk([fault], base), lockTimeoutMs: 5 })
          .repair()
          .catch((error: unknown) => error);
        const content = readFileSync(file);
        const isNew = content.equals(repaired);
        if (!isNew && !content.equals(damaged)) wrong.push(`${at}: neither old nor new`);
        if (isNew && !existsSync(join(dir, "quarantine"))) wrong.push(`${at}: new without quarantine`);
        if (fault.kill === undefined && result instanceof Error && !isAgentlogError(result))
          wrong.push(`${at}: ${result.message}`);
        rmSync(`${file}.lock`, { recursive: true, force: true });
        await openEventLog(file, { disk: base }).repair();
        if (!readFileSync(file).equals(repaired)) wrong.push(`${at}: not repaired by the next`);
      }
      expect(wrong).toEqual([]);
    } finally {
      rmSync(template, { recursive: true, force: true });
    }
  }, 20_000);
});
