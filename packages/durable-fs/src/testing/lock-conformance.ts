import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { isAgentlogError } from "@agentlog/types";
import { type Lock } from "../lock/lock.js";

/** One rule of a port and how to prove it; for any test framework. */
export interface ConformanceCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** What other processes do to a lock, for locks that are shared by processes. */
export interface LockProcesses {
  /** Starts a process that takes the lock at `path` and keeps it; resolves once it has it. */
  readonly hold: (path: string) => Promise<{
    readonly pid: number;
    /** Ends it as `process.exit` does, or kills it outright; resolves when it is gone. */
    readonly end: (how: "exit" | "kill") => Promise<void>;
  }>;
}

/**
 * The rules of the lock port, for every implementation of it.
 *
 * @param create a lock; the same path is the same lock, also for another object
 * @param freshPath a path that no other case uses
 */
export function lockConformance(
  create: (path: string) => Lock,
  freshPath: () => string,
  processes?: LockProcesses,
): readonly ConformanceCase[] {
  const cases: ConformanceCase[] = [];
  const rule = (name: string, run: (path: string, lock: Lock) => Promise<void> | void): void => {
    cases.push({
      name,
      run: async () => {
        const path = freshPath();
        await run(path, create(path));
      },
    });
  };

  rule("[DF-1] holds the lock while critical runs, and gives it back", async (path, lock) => {
    for (let round = 0; round < 3; round++) {
      assert.equal(await lock.run((held) => held.stillHeld()), true);
      assert.equal(
        lock.runSync((held) => held.stillHeld()),
        true,
      );
    }
    assert.equal(await create(path).run(() => "free", { timeoutMs: 0 }), "free");
  });

  rule("[DF-1] lets one in at a time, over several objects, synchronous or not", async (path) => {
    let inside = 0;
    let most = 0;
    const enter = async (): Promise<void> => {
      most = Math.max(most, ++inside);
      await sleep(1);
      inside--;
    };
    const locks = [create(path), create(path), create(path)];
    await Promise.all(Array.from({ length: 30 }, async (_, n) => await locks.at(n % 3)!.run(enter)));
    assert.equal(most, 1);
  });

  rule("[DF-4] serves callers of one process in call order", async (path) => {
    const [one, two] = [create(path), create(path)];
    const order: number[] = [];
    await Promise.all(
      Array.from(
        { length: 20 },
        async (_, n) =>
          await (n % 2 === 0 ? one : two).run(async () => {
            await sleep(n % 3);
            order.push(n);
          }),
      ),
    );
    assert.deepEqual(
      order,
      Array.from({ length: 20 }, (_, n) => n),
    );
  });

  rule("[DF-4] a caller who gave up does not stop those behind it", async (_, lock) => {
    const release = new AbortController();
    const first = lock.run(async () => await sleep(5_000, undefined, { signal: release.signal }).catch(() => {}));
    const given = lock.run(() => "never", { timeoutMs: 20 });
    const behind = lock.run(() => "served");
    await rejectsAsTimeout(given);
    release.abort();
    await first;
    assert.equal(await behind, "served");
  });

  rule("[DF-3] is still held in the middle of an asynchronous critical, and not afterwards", async (_, lock) => {
    let look = (): boolean => true;
    await lock.run(async (held) => {
      look = () => held.stillHeld();
      await sleep(20);
      assert.equal(held.stillHeld(), true);
    });
    assert.equal(look(), false);
  });

  rule("keeps others out until an asynchronous critical has settled", async (path, lock) => {
    let settled = false;
    const long = lock.run(async () => {
      await sleep(60);
      settled = true;
    });
    assert.equal(await create(path).run(() => settled), true);
    await long;
  });

  rule(
    "runs critical before run returns when the lock is free, and does not hold it across a turn",
    async (path, lock) => {
      let ran = false;
      const running = lock.run(() => {
        ran = true;
      });
      assert.equal(ran, true);
      assert.equal(
        create(path).runSync(() => "free", { timeoutMs: 0 }),
        "free",
      );
      await running;
    },
  );

  rule("returns what critical returns, throws what it throws, and is free then", async (path, lock) => {
    const error = new Error("from critical");
    const fail = (): never => {
      throw error;
    };
    await assert.rejects(lock.run(fail), error);
    await assert.rejects(
      lock.run(async () => await Promise.reject(error)),
      error,
    );
    assert.throws(() => lock.runSync(fail), error);
    assert.equal(await lock.run(async () => await Promise.resolve(7)), 7);
    assert.equal(await create(path).run(() => 8, { timeoutMs: 0 }), 8);
  });

  rule("[EL-8] ends a wait in LOCK_TIMEOUT that names a holder, without running critical", async (path, lock) => {
    await lock.run(async () => {
      for (const timeoutMs of [0, 30]) {
        const started = performance.now();
        let ran = false;
        const error = await rejectsAsTimeout(create(path).run(() => (ran = true), { timeoutMs }));
        assert.equal(ran, false);
        assert.notEqual(error.holder, undefined);
        assert.ok(performance.now() - started < timeoutMs + 1_000);
      }
    });
  });

  rule("[EL-8] runSync is LOCK_TIMEOUT at once when this very thread holds the lock", async (path, lock) => {
    await lock.run(async () => {
      await sleep(1);
      const started = performance.now();
      assert.throws(
        () => create(path).runSync(() => 1, { timeoutMs: 10_000 }),
        (error) => isAgentlogError(error, "LOCK_TIMEOUT"),
      );
      assert.ok(performance.now() - started < 1_000);
    });
  });

  rule("sweep never disturbs a holder or a waiter", async (path, lock) => {
    const order: string[] = [];
    const first = lock.run(async (held) => {
      await sleep(30);
      create(path).sweep();
      assert.equal(held.stillHeld(), true);
      order.push("first");
    });
    const second = lock.run(() => order.push("second"));
    create(path).sweep();
    await Promise.all([first, second]);
    assert.deepEqual(order, ["first", "second"]);
  });

  if (processes !== undefined) {
    rule("waits for a holder in another process, and times out naming its pid", async (path, lock) => {
      const holder = await processes.hold(path);
      try {
        const error = await rejectsAsTimeout(lock.run(() => 1, { timeoutMs: 50 }));
        assert.match(String(error.holder), new RegExp(String(holder.pid)));
        assert.throws(
          () => lock.runSync(() => 1, { timeoutMs: 20 }),
          (failure) => isAgentlogError(failure, "LOCK_TIMEOUT"),
        );
      } finally {
        await holder.end("kill");
      }
    });

    for (const how of ["exit", "kill"] as const) {
      rule(`[DF-2] a holder that ended by ${how} is replaced while others wait for it`, async (path, lock) => {
        const holder = await processes.hold(path);
        const waiting = lock.run(() => performance.now(), { timeoutMs: 10_000 });
        await sleep(20);
        await holder.end(how);
        const ended = performance.now();
        assert.ok((await waiting) - ended < 1_000);
        assert.equal(
          create(path).runSync(() => "free", { timeoutMs: 100 }),
          "free",
        );
      });
    }
  }

  return cases;
}

async function rejectsAsTimeout(waiting: Promise<unknown>): Promise<{ readonly holder: string | undefined }> {
  try {
    await waiting;
  } catch (error) {
    if (isAgentlogError(error, "LOCK_TIMEOUT")) return error;
    throw error;
  }
  return assert.fail("the wait did not end in LOCK_TIMEOUT");
}
