import { openEventLog, type EventLog } from "@agentlog/event-log";
import { describe, expect, it } from "vitest";
import { createLyingLock, type LyingLock } from "../simulated/lying-lock.js";
import { LOG } from "./model-world.js";
import { createSimulatedDisk, type SimProcess, type SimulatedDisk } from "../simulated/simulated-disk.js";
import { type SimFile } from "../simulated/simulated-files.js";

/** What the lab found once, each in as few steps as it takes. */

interface Participant {
  readonly process: SimProcess;
  readonly lock: LyingLock;
  readonly log: EventLog;
}

function join(disk: SimulatedDisk, durability: "os" | "disk" = "os"): Participant {
  const process = disk.process();
  const lock = createLyingLock();
  const log = openEventLog(LOG, {
    disk: process.disk,
    lock: lock.lock,
    durability,
    onLockTimeout: "spool",
    lockTimeoutMs: 0,
  });
  return { process, lock, log: log as unknown as EventLog };
}

const event = (id: string) => ({ id, type: "t", data: {} });

async function ids(disk: SimulatedDisk): Promise<string[]> {
  return (await join(disk).log.readAll()).events.map(({ id }) => id);
}

/** Appends and is killed when `bytes` of its write are on the disk. */
function dieWriting(disk: SimulatedDisk, id: string, bytes: number): void {
  const writer = join(disk);
  writer.process.hook = (call) => (call.bytes === undefined ? undefined : { die: true, tear: bytes });
  expect(() => writer.log.appendSync(event(id))).toThrow();
}

/** Runs once, right before the first call for which `when` holds. */
function before(process: SimProcess, when: (method: string, nth: number) => boolean, run: () => void): void {
  const counts = new Map<string, number>();
  process.hook = ({ method }) => {
    const nth = (counts.get(method) ?? 0) + 1;
    counts.set(method, nth);
    if (!when(method, nth)) return undefined;
    process.hook = undefined;
    run();
    return undefined;
  };
}

describe("what the lab found once", () => {
  it("a lock lost during the adoption of a spooled event does not fail the append that came with it", async () => {
    const disk = createSimulatedDisk();
    const waiter = join(disk);
    waiter.lock.busy = true;
    waiter.log.appendSync(event("spooled"));
    const writer = join(disk);
    writer.lock.lose = 1;
    expect(writer.log.appendSync(event("own"))).toMatchObject({ status: "appended" });
    expect(await ids(disk)).toEqual(["spooled", "own"]);
  });

  it.each(["EIO", "EACCES", "EMFILE"])(
    "a spool that cannot be listed (%s) does not make an append run for ever",
    async (errno) => {
      const disk = createSimulatedDisk();
      const writer = join(disk);
      writer.process.hook = ({ method }) => (method === "readdirSync" ? { errno } : undefined);
      try {
        writer.log.appendSync(event("a"));
      } catch (error) {
        expect((error as { code?: string }).code).toBe("IO_ERROR");
      }
      expect(writer.lock.taken).toBeLessThan(10);
    },
  );

  it("two writers killed in the first bytes of the first line leave a log that takes the next append", async () => {
    const disk = createSimulatedDisk();
    dieWriting(disk, "a", 1);
    dieWriting(disk, "b", 3);
    expect(join(disk).log.appendSync(event("c"))).toMatchObject({ seq: 0 });
    expect(await ids(disk)).toEqual(["c"]);
  });

  describe("a writer without the lock while a repair runs loses nothing", () => {
    const damagedLog = (): SimulatedDisk => {
      const disk = createSimulatedDisk();
      join(disk).log.appendSync(event("a"));
      dieWriting(disk, "torn", 30);
      join(disk).log.appendSync(event("b"));
      return disk;
    };

    it("between any two calls of the repair", async () => {
      for (let call = 1; ; call++) {
        const disk = damagedLog();
        const zombie = join(disk);
        zombie.log.appendSync(event("warm"));
        const repairer = join(disk);
        let met = false;
        let at = "";
        before(
          repairer.process,
          (method) => {
            at = method;
            return repairer.process.calls === call;
          },
          () => {
            met = true;
            zombie.log.appendSync(event("late"));
          },
        );
        await repairer.log.repair();
        if (!met) break;
        expect(await ids(disk), `before call ${call}, ${at}`).toEqual(["a", "b", "warm", "late"]);
      }
    });

    it("and the repairer dies at any call: the next holder of the lock finishes what it began", async () => {
      for (let stop = 1; ; stop++) {
        for (let call = 1; call <= stop; call++) {
          const disk = damagedLog();
          const zombie = join(disk);
          zombie.log.appendSync(event("warm"));
          const repairer = join(disk);
          repairer.process.hook = () => {
            if (repairer.process.calls === call) zombie.log.appendSync(event("late"));
            return repairer.process.calls === stop ? { die: true } : undefined;
          };
          await repairer.log.repair().catch(() => {});
          if (!repairer.process.dead) return;
          join(disk).log.appendSync(event("next"));
          expect(await ids(disk), `late before ${call}, dead at ${stop}`).toEqual(["a", "b", "warm", "late", "next"]);
        }
      }
    });

    it("and two of them", async () => {
      for (let first = 1; first < 60; first++) {
        for (let second = first; second < 60; second++) {
          const disk = damagedLog();
          const [one, two] = [join(disk), join(disk)];
          one.log.appendSync(event("warm"));
          two.log.appendSync(event("warm2"));
          const repairer = join(disk);
          repairer.process.hook = () => {
            if (repairer.process.calls === first) one.log.appendSync(event("late1"));
            if (repairer.process.calls === second) two.log.appendSync(event("late2"));
            return undefined;
          };
          await repairer.log.repair();
          if (repairer.process.calls < second) break;
          expect((await ids(disk)).toSorted(), `late before ${first} and ${second}`).toEqual([
            "a",
            "b",
            "late1",
            "late2",
            "warm",
            "warm2",
          ]);
        }
      }
    });
  });

  it("a reader that opened the log right before a repair replaced it still tells where the log stands", () => {
    for (let call = 1; ; call++) {
      const disk = createSimulatedDisk();
      join(disk).log.appendSync(event("a"));
      dieWriting(disk, "torn", 30);
      join(disk).log.appendSync(event("b"));
      const reader = join(disk);
      let met = false;
      before(
        reader.process,
        () => reader.process.calls === call,
        () => {
          met = true;
          void join(disk).log.repair();
        },
      );
      const { seq } = reader.log.head();
      if (!met) break;
      expect(seq, `repaired before call ${call}`).toBe(1);
    }
  });

  it("a repair between an adoption and the removal of its spool entry does not adopt the event again", async () => {
    const disk = createSimulatedDisk();
    join(disk).log.appendSync(event("a"));
    for (const id of ["torn1", "torn2", "torn3"]) dieWriting(disk, id, 150);
    const waiter = join(disk);
    waiter.lock.busy = true;
    waiter.log.appendSync(event("spooled"));
    const adopter = join(disk);
    adopter.process.hook = ({ method }) => (method === "unlinkSync" ? { errno: "EIO" } : undefined);
    adopter.log.appendSync(event("b"));
    adopter.log.appendSync(event("c"));
    await join(disk).log.repair();
    join(disk).log.appendSync(event("d"));
    expect(await ids(disk)).toEqual(["a", "spooled", "b", "c", "d"]);
  });

  it("after damage, the state read from the tail is the state of a full scan", async () => {
    const disk = createSimulatedDisk();
    join(disk).log.appendSync(event("a"));
    const zombie = join(disk);
    before(
      zombie.process,
      (method) => method === "writeSync",
      () => {
        join(disk).log.appendSync(event("b"));
        zombie.process.hook = ({ bytes }) => (bytes === undefined ? { die: true } : undefined);
      },
    );
    await zombie.log.appendMany(["z0", "z1", "z2", "z3", "z4"].map(event)).catch(() => {});
    const { log } = join(disk);
    for (const id of ["c", "d", "e"]) log.appendSync(event(id));
    expect(await ids(disk)).toEqual(["a", "b", "c", "d", "e"]);
    const file = disk.find(LOG) as SimFile;
    const secondLine = file.bytes.indexOf("\n") + 20;
    file.bytes[secondLine]! ^= 1;
    const cold = join(disk).log;
    expect(cold.head()).toEqual((await cold.verify()).head);
    const ack = cold.appendSync(event("f"));
    expect(ack).toMatchObject({ status: "appended" });
    expect(await ids(disk)).toContain("f");
  });

  it("after damage in a batch, the first line of a torn batch proves nothing about it", async () => {
    const disk = createSimulatedDisk();
    await join(disk).log.appendMany([event("a"), event("b")]);
    const dying = join(disk);
    dying.process.hook = ({ bytes }) => (bytes === undefined ? undefined : { die: true, tear: bytes.indexOf(10) + 1 });
    await dying.log.appendMany([event("c"), event("d")]).catch(() => {});
    const file = disk.find(LOG) as SimFile;
    file.bytes[20]! ^= 1;
    const { log } = join(disk);
    expect(log.head()).toEqual((await log.verify()).head);
  });

  describe("[EL-6] an event acknowledged with durability disk survives a power loss that keeps no name it need not keep", () => {
    const powerLoss = (disk: SimulatedDisk): SimulatedDisk => {
      const after = disk.clone();
      const visit = (directory: SimulatedDisk["root"]): void => {
        directory.entries.clear();
        for (const [name, node] of directory.synced) {
          directory.entries.set(name, node);
          if (node.kind === "directory") visit(node);
          else node.size = node.synced;
        }
      };
      visit(after.root);
      return after;
    };

    it("when a writer of durability os made the log", async () => {
      const disk = createSimulatedDisk();
      join(disk, "os").log.appendSync(event("a"));
      join(disk, "disk").log.appendSync(event("b"));
      expect(await ids(powerLoss(disk))).toContain("b");
    });

    it("when the writer that made the log was killed at any call", async () => {
      for (let stop = 1; ; stop++) {
        const disk = createSimulatedDisk();
        const maker = join(disk, "disk");
        maker.process.hook = ({ index }) => (index === stop ? { die: true } : undefined);
        try {
          maker.log.appendSync(event("a"));
          break;
        } catch {
          join(disk, "disk").log.appendSync(event("b"));
          expect(await ids(powerLoss(disk)), `killed at call ${stop}`).toContain("b");
        }
      }
    });

    it("when a repair was killed at any call", async () => {
      for (let stop = 1; ; stop++) {
        const disk = createSimulatedDisk();
        join(disk, "disk").log.appendSync(event("a"));
        dieWriting(disk, "torn", 30);
        const repairer = join(disk, "disk");
        repairer.process.hook = ({ index }) => (index === stop ? { die: true } : undefined);
        await repairer.log.repair().catch(() => {});
        if (!repairer.process.dead) break;
        join(disk, "disk").log.appendSync(event("b"));
        expect(await ids(powerLoss(disk)), `killed at call ${stop}`).toContain("b");
      }
    });
  });

  it("an append that is answered with an error is not in the log, whichever call fails", async () => {
    const wrong: string[] = [];
    for (const warm of [false, true]) {
      for (let call = 1; ; call++) {
        const disk = createSimulatedDisk();
        const writer = join(disk, "disk");
        if (warm) writer.log.appendSync(event("warm"));
        const first = writer.process.calls;
        let met = "";
        let written = false;
        writer.process.hook = ({ index, method, bytes }) => {
          if (index - first !== call) {
            written ||= bytes !== undefined;
            return undefined;
          }
          met = `${method}, call ${call}${warm ? " of a warm writer" : ""}${written ? ", after the write" : ""}`;
          return { errno: "EIO" };
        };
        let refused: { code?: string } | undefined;
        try {
          writer.log.appendSync(event("x"));
        } catch (error) {
          refused = error as { code?: string };
        }
        if (met === "") break;
        writer.process.hook = undefined;
        if (refused !== undefined && refused.code !== "DURABILITY_UNKNOWN") {
          if ((await ids(disk)).includes("x")) wrong.push(`${met}: ${refused.code}, and it is in the log`);
          else if (refused.code !== "IO_ERROR") wrong.push(`${met}: ${refused.code} instead of IO_ERROR`);
        }
        join(disk).log.appendSync(event("y"));
        expect(await ids(disk)).toContain("y");
      }
    }
    expect(wrong).toEqual([]);
  });

  it("a line over the limit counts for no reader, however the reads fall", async () => {
    const line = `{"seq":0,"id":"big","time":"t","type":"t","data":{"x":"${"x".repeat(16 * 1024 * 1024)}"},"writer":"w.0","prev":"${"0".repeat(32)}"`;
    const { crc32 } = await import("node:zlib");
    const bytes = Buffer.from(`${line},"crc":"${crc32(Buffer.from(line)).toString(16).padStart(8, "0")}"}\n`);
    const disk = createSimulatedDisk();
    join(disk).process.disk.mkdirSync("/store");
    const { disk: raw } = disk.process();
    const fd = raw.openSync(LOG, 0o102 | 0o2000, 0o600);
    raw.writeSync(fd, bytes);
    expect(await ids(disk)).toEqual([]);
  });
});
