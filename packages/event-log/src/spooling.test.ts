import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  mkdirSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDirectoryLock, type Disk, type Lock, nodeDisk } from "@agentlog/durable-fs";
import { faultyDisk } from "@agentlog/durable-fs/testing";
import { agentlogError } from "@agentlog/types";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEventLog, type Appended, type EventLog, type NewLogEvent, type Spooled } from "./index.js";

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  file = join(dir, "events.jsonl");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const note = (n: unknown): NewLogEvent => ({ type: "note.taken", data: { n } });
const numbers = async (): Promise<unknown[]> =>
  (await openEventLog(file).readAll()).events.map(({ data }) => (data as { n: unknown }).n);
const spooler = (): EventLog<NewLogEvent, Appended | Spooled> =>
  openEventLog(file, { lockTimeoutMs: 0, onLockTimeout: "spool" });
/** Runs something while another holds the lock. */
const whileHeld = async <T>(run: () => Promise<T>): Promise<T> => await createDirectoryLock(`${file}.lock`).run(run);

describe("the wait for the lock", () => {
  it.each([[0], [80]])(
    "[EL-8] of %i ms ends in LOCK_TIMEOUT, which names the holder; nothing is written",
    async (lockTimeoutMs) => {
      await openEventLog(file).append(note("before"));
      const log = openEventLog(file, { lockTimeoutMs });
      await whileHeld(async () => {
        const started = performance.now();
        const timeout = { code: "LOCK_TIMEOUT", path: `${file}.lock` };
        await expect(log.append(note(1))).rejects.toMatchObject(timeout);
        expect(performance.now() - started).toBeGreaterThanOrEqual(lockTimeoutMs);
        expect(performance.now() - started).toBeLessThan(lockTimeoutMs + 10_000);
        expect(() => log.appendSync(note(1))).toThrow(expect.objectContaining(timeout));
      });
      await expect(log.append(note("after"))).resolves.toMatchObject({ seq: 1 });
      expect(await numbers()).toEqual(["before", "after"]);
    },
  );

  it("[EL-8] names a holder of another process by its pid", async () => {
    const holder = `o1.${process.ppid}.0.${"a".repeat(12)}.1.x`;
    mkdirSync(`${file}.lock`);
    writeFileSync(join(`${file}.lock`, holder), "");
    const error: unknown = await openEventLog(file, { lockTimeoutMs: 20 })
      .append(note(1))
      .catch((failure: unknown) => failure);
    expect((error as { holder: string }).holder).toContain(String(process.ppid));
  });

  it("[EL-8] is each call's own: those that came later wait on", async () => {
    const log = openEventLog(file, { lockTimeoutMs: 120 });
    const held = whileHeld(async () => await new Promise((resolve) => setTimeout(resolve, 200)));
    const early = log.append(note("early")).catch((error: unknown) => error);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const late = log.append(note("late"));
    expect(await early).toMatchObject({ code: "LOCK_TIMEOUT" });
    await expect(late).resolves.toMatchObject({ seq: 0 });
    await held;
  });

  it("[EL-8] is over when the lock says so, a millisecond early or not: timers are that exact, and no second wait begins", async () => {
    let waits = 0;
    const lock: Lock = {
      run: async (_, { timeoutMs = 0 } = {}) => {
        waits++;
        await new Promise((resolve) => setTimeout(resolve, timeoutMs - 5));
        throw agentlogError("LOCK_TIMEOUT", "held", { path: file, holder: "x", waitedMs: timeoutMs });
      },
      runSync: () => {
        throw new Error("not used");
      },
      sweep: () => {},
      close: () => {},
    };
    const log = openEventLog(file, { lock, lockTimeoutMs: 200 });
    await expect(log.append(note(1))).rejects.toMatchObject({ code: "LOCK_TIMEOUT" });
    expect(waits).toBe(1);
  });
});

describe("the spool", () => {
  it("[EL-8] takes what could not get the lock, and says so", async () => {
    const log = spooler();
    await whileHeld(async () => {
      const results = [
        await log.append({ ...note("a"), id: "mine" }),
        ...(await log.appendMany([note("b"), note("c")])),
        log.appendSync(note("d")),
      ];
      expect(results.map(({ status }) => status)).toEqual(["spooled", "spooled", "spooled", "spooled"]);
      expect(results[0]?.id).toBe("mine");
      expect(await numbers()).toEqual([]);
    });
    await openEventLog(file).append(note("e"));
    expect(await numbers()).toEqual(["a", "b", "c", "d", "e"]);
    expect((await openEventLog(file).readAll()).events[0]?.id).toBe("mine");
    expect(existsSync(`${file}.spool`)).toBe(false);
  });

  it("[EL-8] is adopted in order by whoever comes next, each exactly once", async () => {
    const handles = [spooler(), spooler(), spooler()];
    const expected: unknown[] = [];
    await whileHeld(async () => {
      for (let n = 0; n < 30; n++) {
        expected.push(n);
        await handles.at(n % 3)!.append(note(n));
      }
    });
    await Promise.all([openEventLog(file).append(note("x")), openEventLog(file).append(note("y"))]);
    expect((await numbers()).slice(0, 30)).toEqual(expected);
    expect(await numbers()).toHaveLength(32);
  });

  it("[EL-8] keeps what an event is: multi-byte text, lone surrogates, __proto__, further fields", async () => {
    const event = JSON.parse(
      '{"type":"a","data":{"__proto__":{"x":1},"t":"é \\ud800 \\u2028 😀","n":-1.5e-300},"meta":{"constructor":1}}',
    ) as NewLogEvent;
    await whileHeld(async () => await spooler().append(event));
    await openEventLog(file).append(note("next"));
    const [stored] = (await openEventLog(file).readAll()).events;
    expect(JSON.stringify(stored?.data)).toBe(JSON.stringify(event.data));
    expect((stored as unknown as { meta: object }).meta).toEqual({ constructor: 1 });
  });

  it("[EL-8] an event with an id that the log has already is another event", async () => {
    const log = openEventLog(file);
    await log.append(note(0));
    await log.append({ ...note("first"), id: "same" });
    await whileHeld(async () => await spooler().append({ ...note("second"), id: "same" }));
    await log.append(note("next"));
    expect(await numbers()).toEqual([0, "first", "second", "next"]);
  });

  it("[EL-8] does not take an append that expects a number: nothing is appended on a guess", async () => {
    await whileHeld(async () => {
      await expect(spooler().append(note(1), { expectedSeq: -1 })).rejects.toMatchObject({ code: "LOCK_TIMEOUT" });
    });
    expect(existsSync(`${file}.spool`)).toBe(false);
  });

  it("[EL-8] that cannot be written to is an error, not an event lost in silence", async () => {
    const log = openEventLog(file, {
      lockTimeoutMs: 0,
      onLockTimeout: "spool",
      disk: faultyDisk([{ method: "writeSync", errno: "ENOSPC" }]),
    });
    await whileHeld(async () => {
      await expect(log.append(note(1))).rejects.toMatchObject({ code: "IO_ERROR", errno: "ENOSPC" });
    });
  });

  it("[EL-8] junk in it stays where it is and stops nobody", async () => {
    await whileHeld(async () => await spooler().append(note("spooled")));
    writeFileSync(join(`${file}.spool`, "README.txt"), "hello");
    writeFileSync(join(`${file}.spool`, "0000000000000001-1-0000000000000000"), "no JSON");
    await openEventLog(file).append(note("next"));
    await openEventLog(file).append(note("next"));
    expect(await numbers()).toEqual(["spooled", "next", "next"]);
    expect(readdirSync(`${file}.spool`)).toHaveLength(2);
  });
});

describe("an adopter that dies", () => {
  const spoolOne = async (): Promise<void> => {
    await openEventLog(file).append(note("before"));
    await whileHeld(async () => {
      await spooler().append(note("spooled 1"));
      await spooler().append(note("spooled 2"));
    });
  };
  const expected = ["before", "spooled 1", "spooled 2", "after"];

  it("[EL-8] at any of its calls leaves each event to be adopted exactly once, in order", async () => {
    const prepared = `${dir}.prepared`;
    await spoolOne();
    cpSync(dir, prepared, { recursive: true });
    const base: Disk = { ...nodeDisk, fsyncSync: () => {}, fdatasyncSync: () => {} };
    const count = faultyDisk([], base);
    await openEventLog(file, { disk: count }).append(note("x"));
    const wrong: string[] = [];
    for (const [method, calls] of count.calls) {
      for (let call = 1; call <= calls; call++) {
        for (const kill of ["before", "after"] as const) {
          rmSync(dir, { recursive: true, force: true });
          cpSync(prepared, dir, { recursive: true });
          const dying = openEventLog(file, { disk: faultyDisk([{ method, call, kill }], base), lockTimeoutMs: 0 });
          const lost = dying.append(note("dying")).catch(() => {});
          await Promise.race([lost, new Promise((resolve) => setTimeout(resolve, 5))]);
          rmSync(`${file}.lock`, { recursive: true, force: true }); // its owner would be found dead
          await openEventLog(file, { disk: base }).append(note("after"));
          const found = (await numbers()).filter((n) => n !== "dying");
          if (JSON.stringify(found) !== JSON.stringify(expected))
            wrong.push(`${kill} ${method} ${call}: ${found.join()}`);
        }
      }
    }
    rmSync(prepared, { recursive: true });
    expect(wrong).toEqual([]);
  }, 20_000);

  /** The first event of the spool is in the log, its entry still in the spool. */
  const dieBetween = async (): Promise<void> => {
    const disk = faultyDisk([{ method: "unlinkSync", errno: "EIO" }], {
      ...nodeDisk,
      unlinkSync: (path) => nodeDisk.unlinkSync(path),
    });
    const lock: Lock = createDirectoryLock(`${file}.lock`);
    await openEventLog(file, { disk, lock }).append(note("other"));
    expect((await numbers()).filter((n) => n === "spooled 1")).toHaveLength(1);
    expect(readdirSync(`${file}.spool`).some((name) => name.includes("@"))).toBe(true);
  };

  it("[EL-8] after its write and before it empties the spool: nothing is added twice", async () => {
    await spoolOne();
    await dieBetween();
    await openEventLog(file).append(note("after"));
    expect(new Set(await numbers())).toEqual(new Set([...expected, "other"]));
    expect(await numbers()).toHaveLength(5);
  });

  it("[EL-8] the same, and the log is repaired in between", async () => {
    await openEventLog(file).append(note("first"));
    appendFileSync(file, `${"x".repeat(5_000)}\n`);
    await spoolOne();
    await dieBetween();
    await openEventLog(file).repair();
    for (let n = 0; n < 3; n++) await openEventLog(file).append(note("more"));
    const found = await numbers();
    expect(found.filter((n) => n === "spooled 1")).toHaveLength(1);
    expect(found.filter((n) => n === "spooled 2")).toHaveLength(1);
  });

  it("[EL-8] a lock lost during adoption is another try for those who append, as it is without a spool", async () => {
    await spoolOne();
    let asked = 0;
    const lock: Lock = {
      run: async (critical) => await critical({ stillHeld: () => asked++ > 0 }),
      runSync: (critical) => critical({ stillHeld: () => asked++ > 0 }),
      sweep: () => {},
      close: () => {},
    };
    await expect(openEventLog(file, { lock }).append(note("after"))).resolves.toMatchObject({ status: "appended" });
    expect(await numbers()).toEqual(expected);
  });
});
