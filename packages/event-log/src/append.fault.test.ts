import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDirectoryLock, type HeldLock, type Lock, nodeDisk } from "@agentlog/durable-fs";
import { everyFault, type Fault, faultyDisk } from "@agentlog/durable-fs/testing";
import { isAgentlogError } from "@agentlog/types";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEventLog, type NewLogEvent } from "./index.js";

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
/** What a promise came to, or "hangs". */
const outcome = async (promise: Promise<unknown>, ms = 500): Promise<unknown> =>
  await Promise.race([
    promise.then(
      () => "appended",
      (error: unknown) => error,
    ),
    new Promise((resolve) => setTimeout(resolve, ms, "hangs")),
  ]);

describe("a short write", () => {
  it.each([
    ["0 bytes", 0],
    ["1 byte", 1],
    ["half", 100],
    ["all but the newline", -1],
  ])(
    "[EL-1] [H-67] of %s: the rest is never written after it; sealed, and appended whole by one more write",
    async (_, bytes) => {
      const log = openEventLog(file);
      await log.append(note("before"));
      const line = readFileSync(file).length;
      const event = { ...note("cut"), id: "cut", time: "2026-01-31T12:00:00.000Z" };
      await openEventLog(join(dir, "sizes", "log")).append(event);
      const whole = readFileSync(join(dir, "sizes", "log")).length;
      const short = bytes < 0 ? whole - 1 : bytes;
      const disk = faultyDisk([{ method: "writeSync", call: 1, short }]);
      const cut = openEventLog(file, { disk });
      await expect(cut.append(event)).resolves.toMatchObject({ seq: 1 });
      expect(disk.calls.get("writeSync")).toBe(2);
      expect(await numbers()).toEqual(["before", "cut"]);
      const after = readFileSync(file).subarray(line + short);
      if (short > 0) expect(after.subarray(0, 2).toString()).toBe("~\n");
      expect((await log.readAll()).damage.map(({ kind }) => kind)).toEqual(short > 0 ? ["torn"] : []);
      await expect(log.append(note("after"))).resolves.toMatchObject({ seq: 2 });
    },
  );

  it("[EL-1] twice in a row is an error, and the event is not in the log", async () => {
    const disk = faultyDisk([{ method: "writeSync", short: 10 }]);
    await expect(openEventLog(file, { disk }).append(note(1))).rejects.toMatchObject({ code: "IO_ERROR" });
    expect(disk.calls.get("writeSync")).toBe(2);
    expect(await numbers()).toEqual([]);
  });

  it("[EL-1] that lies, all being written, is believed after looking", async () => {
    const lying = {
      ...nodeDisk,
      writeSync: ((...args: Parameters<typeof nodeDisk.writeSync>) =>
        nodeDisk.writeSync(...args) - 7) as typeof nodeDisk.writeSync,
    };
    const log = openEventLog(file, { disk: lying });
    await expect(log.append(note(1))).resolves.toMatchObject({ seq: 0 });
    await expect(log.append(note(2))).resolves.toMatchObject({ seq: 1 });
    expect(await numbers()).toEqual([1, 2]);
  });

  it("[EL-1] that lies, nothing being written, is not believed", async () => {
    let calls = 0;
    const lying = {
      ...nodeDisk,
      writeSync: ((...args: Parameters<typeof nodeDisk.writeSync>) =>
        ++calls === 1 ? Number(args[3]) : nodeDisk.writeSync(...args)) as typeof nodeDisk.writeSync,
    };
    await expect(openEventLog(file, { disk: lying }).append(note(1))).resolves.toMatchObject({ seq: 0 });
    expect(await numbers()).toEqual([1]);
  });
});

describe("a full disk", () => {
  it.each([
    ["at the first byte", [{ method: "writeSync", call: 1, errno: "ENOSPC" }]],
    [
      "in the middle",
      [
        { method: "writeSync", call: 1, short: 50 },
        { method: "writeSync", call: 2, errno: "ENOSPC" },
      ],
    ],
  ] as [string, Fault[]][])(
    "[EL-1] [H-66] %s: an error, nothing counts, and when space returns it goes on",
    async (_, plan) => {
      await openEventLog(file).append(note("before"));
      const log = openEventLog(file, { disk: faultyDisk(plan) });
      await expect(log.append(note("full"))).rejects.toMatchObject({ code: "IO_ERROR", errno: "ENOSPC", path: file });
      expect(await numbers()).toEqual(["before"]);
      await expect(log.append(note("after"))).resolves.toMatchObject({ seq: 1 });
      expect(await numbers()).toEqual(["before", "after"]);
      await expect(openEventLog(file, { lockTimeoutMs: 0 }).append(note("other"))).resolves.toMatchObject({ seq: 2 });
    },
  );

  it("[EL-1] fails every call of the group, and none of the next", async () => {
    const log = openEventLog(file, { disk: faultyDisk([{ method: "writeSync", call: 1, errno: "ENOSPC" }]) });
    const settled = await Promise.allSettled([
      log.append(note(1)),
      log.appendMany([note(2), note(3)]),
      log.append(note(4)),
    ]);
    expect(settled.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
    await expect(log.append(note(5))).resolves.toMatchObject({ seq: 0 });
    expect(await numbers()).toEqual([5]);
  });
});

describe("a lock that is lost or lies", () => {
  const always: Lock = {
    run: async (critical) => await critical({ stillHeld: () => true }),
    runSync: (critical) => critical({ stillHeld: () => true }),
    sweep: () => {},
    close: () => {},
  };

  it("[EL-5] is noticed before the write: nothing is written under it, and the event goes in under the next hold", async () => {
    const answers = [false, false, true];
    let holds = 0;
    const lock: Lock = {
      ...always,
      run: async (critical) => {
        holds++;
        return await critical({ stillHeld: () => answers.shift() ?? true });
      },
    };
    const disk = faultyDisk([]);
    const log = openEventLog(file, { lock, disk });
    await expect(log.append(note(1))).resolves.toMatchObject({ seq: 0 });
    expect([holds, disk.calls.get("writeSync")]).toEqual([3, 1]);
  });

  it("[EL-5] two writers that both believe to hold it lose nothing: the second is told a number of its own", async () => {
    const other = openEventLog(file, { lock: always });
    other.appendSync(note("first"));
    // Between this writer's last look and its write, the other appends.
    const disk = faultyDisk([
      { method: "writeSync", call: 1, before: () => void other.appendSync(note("in between")) },
    ]);
    const log = openEventLog(file, { lock: always, disk });
    await expect(log.append({ ...note("raced"), id: "raced" })).resolves.toMatchObject({ seq: 2, id: "raced" });
    const { events, damage } = await log.readAll();
    expect(events.map(({ data }) => (data as { n: unknown }).n)).toEqual(["first", "in between", "raced"]);
    expect(damage.map(({ kind }) => kind)).toEqual(["stale"]);
    expect(events.filter(({ id }) => id === "raced")).toHaveLength(1);
  });

  it("[EL-5] a batch that lost the race is written again as a whole", async () => {
    const other = openEventLog(file, { lock: always });
    const disk = faultyDisk([{ method: "writeSync", call: 1, before: () => void other.appendSync(note("other")) }]);
    const log = openEventLog(file, { lock: always, disk });
    const results = await log.appendMany([note("a"), note("b")]);
    expect(results.map(({ seq }) => seq)).toEqual([1, 2]);
    expect(await numbers()).toEqual(["other", "a", "b"]);
  });

  it("[EL-5] another's bytes right behind ours are no reason to write twice", async () => {
    const other = openEventLog(file, { lock: always });
    const disk = faultyDisk([{ method: "writeSync", call: 1, after: () => void other.appendSync(note("other")) }]);
    const log = openEventLog(file, { lock: always, disk });
    await expect(log.append(note("ours"))).resolves.toMatchObject({ seq: 0 });
    expect([disk.calls.get("writeSync"), await numbers()]).toEqual([1, ["ours", "other"]]);
    await expect(log.append(note("next"))).resolves.toMatchObject({ seq: 2 });
  });

  it("[EL-5] no lock at all: what is acknowledged by six handles in turn is there, each number once", async () => {
    const handles = Array.from({ length: 6 }, () => openEventLog(file, { lock: always }));
    const acknowledged = await Promise.all(Array.from({ length: 120 }, (_, n) => handles.at(n % 6)!.append(note(n))));
    const { events } = await openEventLog(file).readAll();
    for (const { seq, id } of acknowledged) expect(events[seq]?.id).toBe(id);
    expect(events).toHaveLength(120);
  });

  it("[EL-8] a lock that is lost every time ends in a typed error within the wait", async () => {
    let holds = 0;
    const lost = (): HeldLock => {
      if (++holds > 5_000) throw new Error("endless");
      return { stillHeld: () => false };
    };
    const lock: Lock = {
      run: async (critical) => await critical(lost()),
      runSync: (critical) => critical(lost()),
      sweep: () => {},
      close: () => {},
    };
    const log = openEventLog(file, { lock, lockTimeoutMs: 50 });
    expect(isAgentlogError(await outcome(log.append(note(1))))).toBe(true);
    expect(() => log.appendSync(note(2))).toThrow(expect.objectContaining({ name: "AgentlogError" }));
    expect(await numbers()).toEqual([]);
  });

  it("[DF-3] [H-58] a lock directory deleted while it is held costs nothing but another try", async () => {
    const lock = createDirectoryLock(`${file}.lock`);
    let holds = 0;
    const deleting: Lock = {
      ...lock,
      run: async (critical, wait) =>
        await lock.run((held) => {
          if (++holds === 1) rmSync(`${file}.lock`, { recursive: true });
          return critical(held);
        }, wait),
    };
    const disk = faultyDisk([]);
    const log = openEventLog(file, { lock: deleting, disk });
    await expect(log.append(note(1))).resolves.toMatchObject({ seq: 0 });
    expect([holds, disk.calls.get("writeSync"), await numbers()]).toEqual([2, 1, [1]]);
  });
});

describe("each system call of an append failed in turn", () => {
  const start = async (fresh: boolean): Promise<void> => {
    rmSync(dir, { recursive: true, force: true });
    if (fresh) return;
    const log = openEventLog(file);
    await log.append(note("a"));
    await log.append(note("b"));
    await log.close();
  };

  const attempt = async (fresh: boolean, sync: boolean, plan: readonly Fault[]) => {
    await start(fresh);
    const disk = faultyDisk(plan);
    const log = openEventLog(file, { disk, durability: sync ? "disk" : "os", lockTimeoutMs: 30 });
    const result = await outcome(log.append({ ...note("x"), id: "x" }), 250);
    const there = (await openEventLog(file).readAll()).events.filter(({ id }) => id === "x").length;
    return { result, there, disk };
  };

  type Attempt = Omit<Awaited<ReturnType<typeof attempt>>, "disk">;
  const attempts = new Map<string, readonly (readonly [at: string, found: Attempt])[]>();

  /** What is wrong with one failure or another; the failures of a case are tried once for all that look at them. */
  const each = async (
    fresh: boolean,
    sync: boolean,
    check: (found: Attempt) => string | undefined,
  ): Promise<readonly string[]> => {
    const key = `${fresh} ${sync}`;
    let found = attempts.get(key);
    if (found === undefined) {
      const { disk } = await attempt(fresh, sync, []);
      const all: [string, Attempt][] = [];
      for (const fault of everyFault(disk, ["EIO"])) {
        all.push([`${fault.method} ${fault.call}`, await attempt(fresh, sync, [fault])]);
      }
      found = all;
      attempts.set(key, found);
    }
    return found.flatMap(([at, one]) => {
      const complaint = check(one);
      return complaint === undefined ? [] : [`${at}: ${complaint}`];
    });
  };

  const cases = [
    ["a new log", true, false],
    ["a new log, synced", true, true],
    ["a log that is there", false, false],
    ["a log that is there, synced", false, true],
  ] as const;

  it.each(cases)(
    "[EL-5] [H-68] %s: what is acknowledged is there once, what is refused is not there",
    async (_, fresh, sync) => {
      const wrong = await each(fresh, sync, ({ result, there }) => {
        if (result === "hangs") return "never settles";
        if (result === "appended") return there === 1 ? undefined : `acknowledged and there ${there} times`;
        return there === 0 || isAgentlogError(result, "DURABILITY_UNKNOWN") ? undefined : "refused, yet in the log";
      });
      expect(wrong).toEqual([]);
    },
  );

  it.each(cases)("[EL-5] %s: every error is one of ours, with a code", async (_, fresh, sync) => {
    const wrong = await each(fresh, sync, ({ result }) =>
      typeof result === "string" || isAgentlogError(result) ? undefined : String(result),
    );
    expect(wrong).toEqual([]);
  });

  it("[EL-5] reading calls, too", async () => {
    await start(false);
    const wrong: string[] = [];
    const actions: Record<string, (log: ReturnType<typeof openEventLog>) => unknown> = {
      stat: (log) => log.stat(),
      head: (log) => log.head(),
      readAll: async (log) => await log.readAll(),
      verify: async (log) => await log.verify(),
      repair: async (log) => await log.repair(),
      "read from 1": async (log) => {
        for await (const _ of log.read({ from: 1 }));
      },
    };
    for (const [name, action] of Object.entries(actions)) {
      const disk = faultyDisk([]);
      await action(openEventLog(file, { disk }));
      for (const fault of everyFault(disk, ["EIO"])) {
        try {
          await action(openEventLog(file, { disk: faultyDisk([fault]), lockTimeoutMs: 10 }));
        } catch (error) {
          if (!isAgentlogError(error)) wrong.push(`${name}, ${fault.method} ${fault.call}: ${String(error)}`);
        }
      }
    }
    expect(wrong).toEqual([]);
  });
});
