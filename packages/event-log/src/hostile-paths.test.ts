import {
  appendFileSync,
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEventLog, type NewLogEvent } from "./index.js";
import { chainOf } from "./testing/forge.js";

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  file = join(dir, "events.jsonl");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const isRoot = process.geteuid?.() === 0;
const note = (n: unknown): NewLogEvent => ({ type: "note.taken", data: { n } });
const sleep = async (ms: number): Promise<void> => await new Promise((resolve) => setTimeout(resolve, ms));
const refused = (code: string): unknown => expect.objectContaining({ code });

/** Everything that opens the log, and the code each ends with. */
async function codes(path: string): Promise<Record<string, unknown>> {
  const log = openEventLog(path, { lockTimeoutMs: 500 });
  const code = async (run: () => unknown): Promise<unknown> => {
    try {
      await run();
      return "ok";
    } catch (error) {
      return (error as { code?: unknown }).code ?? error;
    }
  };
  const follow = async (): Promise<void> => {
    for await (const _ of log.follow({ signal: AbortSignal.timeout(200) })) return;
  };
  return {
    readAll: await code(() => log.readAll()),
    from: await code(() => log.read({ from: 1 })[Symbol.asyncIterator]().next()),
    follow: await code(follow),
    stat: await code(() => log.stat()),
    verify: await code(() => log.verify()),
    append: await code(() => log.append(note("new"))),
    appendSync: await code(() => log.appendSync(note("new"))),
    repair: await code(() => log.repair()),
  };
}

const all = (code: string): Record<string, string> =>
  Object.fromEntries(
    ["readAll", "from", "follow", "stat", "verify", "append", "appendSync", "repair"].map((name) => [name, code]),
  );

describe("a log that is changed while somebody follows it", () => {
  const otherLog = (count: number): string => {
    const path = join(dir, "other.jsonl");
    const lines = chainOf(count, 0, "f".repeat(32));
    writeFileSync(path, lines.map((line) => `${line}\n`).join(""), { mode: 0o600 });
    return path;
  };
  const changes: readonly [number, string, () => unknown][] = [
    [29, "truncated in a line", () => truncateSync(file, 100)],
    [29, "truncated between lines", () => truncateSync(file, readFileSync(file).indexOf("\n") + 1)],
    [29, "emptied", () => truncateSync(file, 0)],
    [29, "overwritten in place by a shorter log", () => copyFileSync(otherLog(1), file)],
    [29, "overwritten in place by a longer log", () => copyFileSync(otherLog(40), file)],
    [29, "emptied and filled with newlines", () => writeFileSync(file, "\n".repeat(10_000))],
    [30, "replaced by a shorter log", () => renameSync(otherLog(1), file)],
    [30, "replaced by a log as long", () => renameSync(otherLog(3), file)],
    [30, "replaced by a longer log", () => renameSync(otherLog(40), file)],
    [30, "replaced by an empty file", () => (writeFileSync(`${file}.new`, "", { mode: 0o600 }), renameSync(`${file}.new`, file))], // prettier-ignore
    [30, "replaced by a text", () => (unlinkSync(file), writeFileSync(file, "Dear diary,\n".repeat(1_000), { mode: 0o600 }))], // prettier-ignore
    [30, "replaced by a link to a log", () => (unlinkSync(file), symlinkSync(otherLog(9), file))],
    [31, "deleted, and begun anew", () => (unlinkSync(file), renameSync(otherLog(9), file))],
    [31, "deleted with its lock, and begun anew by a writer", () => (unlinkSync(file), openEventLog(file).appendSync(note("anew")))], // prettier-ignore
  ];

  it.each(changes)("[H-%i] %s: the follower is told, and is given nothing of another log", async (_, __, change) => {
    await openEventLog(file).appendMany([note(0), note(1), note(2)]);
    const got: unknown[] = [];
    const stop = new AbortController();
    const following = (async () => {
      for await (const { data } of openEventLog(file).follow({ pollMs: 10, signal: stop.signal })) {
        got.push((data as { n: unknown }).n);
      }
    })().catch((error: unknown) => (error as { code: unknown }).code);
    while (got.length < 3) await sleep(2);
    await sleep(20);
    change();
    const ended = await Promise.race([following, sleep(1_500).then(() => "goes on")]);
    stop.abort();
    expect([got, ended]).toEqual([[0, 1, 2], expect.stringMatching(/^(LOG_REPLACED|UNSAFE_PATH)$/)]);
  });

  it("[H-31] deleted: the follower waits, and a reader finds no log", async () => {
    await openEventLog(file).append(note(0));
    const events = openEventLog(file).follow({ pollMs: 10, signal: AbortSignal.timeout(150) });
    const iterator = events[Symbol.asyncIterator]();
    await iterator.next();
    unlinkSync(file);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(openEventLog(file).stat()).toEqual({ exists: false, bytes: 0, lastSeq: -1 });
  });

  it("[H-29] truncated between two pieces of a read: the read ends, with nothing made up", async () => {
    writeFileSync(file, `${chainOf(50_000).join("\n")}\n`, { mode: 0o600 });
    const seqs: number[] = [];
    const damage: string[] = [];
    for await (const { seq } of openEventLog(file).read({ onDamage: ({ kind }) => damage.push(kind) })) {
      if (seq === 10) truncateSync(file, 1_000);
      seqs.push(seq);
    }
    expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, n) => n));
    expect([seqs.length < 50_000, damage]).toEqual([true, []]);
  });
});

describe.skipIf(process.platform === "win32")("a path that is no file of ours", () => {
  it("[H-32] a socket is refused by everything, at once", async () => {
    const server = createServer();
    server.listen(file);
    await once(server, "listening");
    try {
      expect(await codes(file)).toEqual(all("UNSAFE_PATH"));
    } finally {
      server.close();
    }
  });

  it.skipIf(!isRoot)("[H-32] a device that never ends and a block device are refused by everything", async () => {
    execFileSync("mknod", [file, "c", "1", "5"]);
    expect(await codes(file)).toEqual(all("UNSAFE_PATH"));
    execFileSync("mknod", [`${file}2`, "b", "7", "250"]);
    expect(await codes(`${file}2`)).toEqual(all("UNSAFE_PATH"));
  });

  it("[H-33] a link in place of the second name that a repair gives is refused, its target untouched", async () => {
    await openEventLog(file).append(note(0));
    const target = join(dir, "target");
    writeFileSync(target, "somebody else's\n");
    symlinkSync(target, `${file}.before-repair`);
    await expect(openEventLog(file).append(note(1))).rejects.toEqual(refused("UNSAFE_PATH"));
    await expect(openEventLog(file).repair()).rejects.toEqual(refused("UNSAFE_PATH"));
    expect(readFileSync(target, "utf8")).toBe("somebody else's\n");
    expect((await openEventLog(file).readAll()).events).toHaveLength(1);
  });

  it("[H-33] links in place of quarantine, blobs and spool are refused, their targets untouched", async () => {
    await openEventLog(file).append(note(0));
    appendFileSync(file, "torn\n");
    const before = readFileSync(file);
    mkdirSync(join(dir, "elsewhere"));
    for (const name of ["quarantine", "blobs", "events.jsonl.spool"])
      symlinkSync(join(dir, "elsewhere"), join(dir, name));
    const log = openEventLog(file, { oversize: "spill", maxEventBytes: 500 });
    await expect(log.repair()).rejects.toEqual(refused("UNSAFE_PATH"));
    await expect(log.append(note("x".repeat(1_000)))).rejects.toEqual(refused("UNSAFE_PATH"));
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(execFileSync("ls", ["-A", join(dir, "elsewhere")], { encoding: "utf8" })).toBe("");
  });
});

describe.skipIf(process.platform === "win32")("a file that may not be read or written", () => {
  const NOBODY = 65_534;
  /** Modes do not stop root: it becomes somebody else for a moment. */
  const asOther = async <T>(run: () => Promise<T>): Promise<T> => {
    if (!isRoot) return await run();
    chownSync(dir, NOBODY, NOBODY);
    chownSync(file, NOBODY, NOBODY);
    process.seteuid?.(NOBODY);
    try {
      return await run();
    } finally {
      process.seteuid?.(0);
      chownSync(dir, 0, 0);
      chownSync(file, 0, 0);
    }
  };

  it("[H-35] neither readable nor writable: IO_ERROR for everything, nothing is made", async () => {
    writeFileSync(file, `${chainOf(2).join("\n")}\n`);
    chmodSync(file, 0);
    expect(await asOther(async () => await codes(file))).toEqual(all("IO_ERROR"));
    expect([statSync(file).mode & 0o777, readFileSync(file, "utf8")]).toEqual([0, `${chainOf(2).join("\n")}\n`]);
  });

  it("[H-35] not writable: it is read, followed and verified, and not appended to", async () => {
    writeFileSync(file, `${chainOf(2).join("\n")}\n`);
    chmodSync(file, 0o400);
    const { append, appendSync, ...others } = await asOther(async () => await codes(file));
    expect([append, appendSync]).toEqual(["IO_ERROR", "IO_ERROR"]);
    expect(new Set(Object.values(others))).toEqual(new Set(["ok"]));
    expect(readFileSync(file, "utf8")).toBe(`${chainOf(2).join("\n")}\n`);
  });

  it("[H-35] not readable, though writable: nothing is appended on a guess", async () => {
    writeFileSync(file, `${chainOf(2).join("\n")}\n`);
    chmodSync(file, 0o200);
    expect(await asOther(async () => await codes(file))).toEqual(all("IO_ERROR"));
    expect(readFileSync(file, "utf8")).toBe(`${chainOf(2).join("\n")}\n`);
  });

  /** Whether this user may give a file such an attribute here. */
  const canChange = (attribute: string): boolean => {
    const probe = mkdtempSync(join(tmpdir(), "agentlog-"));
    try {
      writeFileSync(join(probe, "file"), "");
      execFileSync("chattr", [`+${attribute}`, join(probe, "file")], { stdio: "ignore" });
      execFileSync("chattr", [`-${attribute}`, join(probe, "file")], { stdio: "ignore" });
      return true;
    } catch {
      return false;
    } finally {
      rmSync(probe, { recursive: true, force: true });
    }
  };
  const withAttribute = async (attribute: string, run: () => Promise<void>): Promise<void> => {
    execFileSync("chattr", [`+${attribute}`, file]);
    try {
      await run();
    } finally {
      execFileSync("chattr", [`-${attribute}`, file]);
    }
  };

  it.skipIf(!canChange("i"))("[H-35] immutable: it is read, and not appended to", async () => {
    await openEventLog(file).append(note(0));
    await withAttribute("i", async () => {
      const { append, appendSync, ...others } = await codes(file);
      expect([append, appendSync]).toEqual(["IO_ERROR", "IO_ERROR"]);
      expect(new Set(Object.values(others))).toEqual(new Set(["ok"]));
    });
    expect(await openEventLog(file).append(note(1))).toMatchObject({ seq: 1 });
  });

  it.skipIf(!canChange("a"))("[H-35] append-only: everything works but a repair, which changes nothing", async () => {
    await openEventLog(file).append(note(0));
    await withAttribute("a", async () => {
      expect(new Set(Object.values(await codes(file)))).toEqual(new Set(["ok"]));
      for (const durability of ["disk", "interval"] as const) {
        const log = openEventLog(file, { durability });
        await log.append(note(durability));
        await log.close();
      }
      appendFileSync(file, "torn by a cra");
      await openEventLog(file).append(note("sealed"));
      const before = readFileSync(file);
      await expect(openEventLog(file).repair()).rejects.toEqual(refused("IO_ERROR"));
      expect(readFileSync(file).equals(before)).toBe(true);
      expect((await openEventLog(file).append(note("after"))).seq).toBe(6);
    });
    expect((await openEventLog(file).repair()).changed).toBe(true);
    expect((await openEventLog(file).readAll()).events).toHaveLength(7);
  });
});
