import { type EventLog, openEventLog, type Appended, type NewLogEvent, type Spooled } from "@agentlog/event-log";
import { isAgentlogError } from "@agentlog/types";
import { createLyingLock, type LyingLock } from "../simulated/lying-lock.js";
import { type Interrupt, type Step } from "./model-steps.js";
import {
  createSimulatedDisk,
  type Mutation,
  type SimProcess,
  type SimulatedDisk,
} from "../simulated/simulated-disk.js";
import { type SimFile } from "../simulated/simulated-files.js";

export const LOG = "/store/log.jsonl";

const SIZES = [1, 300, 5_000, 17_000];
const TIME = "2026-01-01T00:00:00.000Z";

type Log = EventLog<NewLogEvent, Appended | Spooled>;

interface Writer {
  readonly process: SimProcess;
  readonly log: Log;
  readonly lock: LyingLock;
}

/** What callers were told. */
export interface Promised {
  /** Acknowledged, by id: the number it must have. */
  readonly acked: Map<string, number>;
  /** In the spool: must be in the log once after the next append. */
  readonly spooled: Set<string>;
  /** Answered with an error: must not be in the log. */
  readonly refused: Map<string, unknown>;
  /** Each call's ids: all in the log or none. */
  readonly calls: (readonly string[])[];
}

/** Some writers, one disk, and what each caller was told. */
export interface World {
  readonly disk: SimulatedDisk;
  readonly promised: Promised;
  /** Un-synced bytes were destroyed: numbers may be missing. */
  readonly damaged: boolean;
  /** Errors that nothing explains. */
  readonly problems: readonly unknown[];
  /** Whether the damage may have touched this event: then nothing was promised about it any more. */
  isForgotten(id: string): boolean;
  run(step: Step): Promise<void>;
  /** A log as a process sees it that has not read anything yet. */
  cold(): Log;
}

/** @param mutation given to every writer's disk, never to the observer's */
export function createWorld(mutation: Mutation = {}): World {
  const disk = createSimulatedDisk();
  const writers: (Writer | undefined)[] = [undefined, undefined, undefined, undefined];
  const busy = new Set<number>();
  const promised: Promised = { acked: new Map(), spooled: new Set(), refused: new Map(), calls: [] };
  const problems: unknown[] = [];
  let lastId = 0;
  let damaged = false;
  let settling: Promise<unknown>[] = [];

  const open = (process: SimProcess, lock: LyingLock, index: number): Log =>
    openEventLog(LOG, {
      disk: process.disk,
      lock: lock.lock,
      durability: index === 3 ? "disk" : "os",
      onLockTimeout: "spool",
      lockTimeoutMs: 0,
    });

  const writer = (index: number): Writer => {
    const known = writers[index];
    if (known !== undefined && !known.process.dead) return known;
    const process = disk.process(mutation);
    const lock = createLyingLock();
    const made = { process, lock, log: open(process, lock, index) };
    writers[index] = made;
    return made;
  };

  const newEvent = (size: number): NewLogEvent & { id: string } => ({
    id: `e${lastId++}`,
    type: "t",
    time: TIME,
    data: { x: "x".repeat(SIZES[size]!) },
  });

  let repairing = false;

  const settled = ({ process }: Writer, ids: readonly string[], results: readonly (Appended | Spooled)[]): void => {
    // The dead tell nobody.
    if (process.dead) return;
    for (const [index, result] of results.entries()) {
      if (result.status === "spooled") promised.spooled.add(ids[index]!);
      else promised.acked.set(ids[index]!, result.seq);
    }
  };

  const failed = ({ process }: Writer, ids: readonly string[], error: unknown): void => {
    if (process.dead) return;
    for (const id of ids) promised.refused.set(id, error);
    if (!isDiskFull(error) && !(damaged && isAgentlogError(error, "NOT_A_LOG"))) problems.push(error);
  };

  const follow = (self: Writer, ids: readonly string[], promise: Promise<readonly (Appended | Spooled)[]>): void => {
    promised.calls.push(ids);
    settling.push(
      promise.then(
        (results) => settled(self, ids, results),
        (error: unknown) => failed(self, ids, error),
      ),
    );
  };

  const appendNow = (self: Writer, step: Step): void => {
    const event = newEvent(step.size);
    promised.calls.push([event.id]);
    let result: Appended | Spooled;
    try {
      result = self.log.appendSync(event);
    } catch (error) {
      failed(self, [event.id], error);
      return;
    }
    settled(self, [event.id], [result]);
  };

  const perform = (self: Writer, step: Step): void => {
    switch (step.do) {
      case "group":
        // What waits goes into one write with the call that does not wait.
        for (let index = 1; index < step.count; index++) {
          const event = newEvent(0);
          follow(
            self,
            [event.id],
            self.log.append(event).then((result) => [result]),
          );
        }
        appendNow(self, step);
        break;
      case "append":
      case "spool":
        appendNow(self, step);
        break;
      case "batch": {
        const events = Array.from({ length: step.count }, () => newEvent(step.size));
        follow(
          self,
          events.map(({ id }) => id),
          self.log.appendMany(events),
        );
        break;
      }
      case "repair":
        // Two repairs at once are kept apart by the lock alone, and this one keeps nobody out.
        if (repairing) break;
        repairing = true;
        settling.push(
          self.log
            .repair()
            .catch((error: unknown) => {
              if (!self.process.dead && !isDiskFull(error)) problems.push(error);
            })
            .finally(() => {
              repairing = false;
            }),
        );
        break;
      case "reopen":
        self.process.kill();
        break;
      case "damage":
        damage(step);
        break;
    }
  };

  /** A power loss: nobody lives on, and of what was not synced something is missing. */
  const damage = (step: Step): void => {
    for (const other of writers) other?.process.kill();
    const file = disk.find(LOG) as SimFile | undefined;
    if (file === undefined || file.synced === file.size) return;
    damaged = true;
    const span = file.size - file.synced;
    const from = file.synced + Math.floor((span * step.from) / 1001);
    const to = Math.min(file.size, from + 1 + Math.floor((span * step.length) / 1001));
    if (step.kind === "cut") file.size = from;
    else if (step.kind === "zero") file.bytes.fill(0, from, to);
    else if (step.kind === "extend") file.bytes.fill(0, from, file.size);
    else file.bytes[from]! ^= 1;
    for (const ids of promised.calls) for (const id of ids) if (!durable.has(id)) forget(id);
  };

  const durable = new Set<string>();
  const forget = (id: string): void => {
    promised.acked.delete(id);
    promised.refused.delete(id);
    forgotten.add(id);
  };
  const forgotten = new Set<string>();

  const interrupted = (self: Writer, at: Interrupt): void => {
    const first = self.process.calls;
    let written = false;
    self.process.hook = ({ index, bytes }) => {
      const due = at.call > 0 ? index - first >= at.call : at.call === 0 ? bytes !== undefined : written;
      written ||= bytes !== undefined;
      if (!due) return undefined;
      if (at.how === "full" && bytes === undefined) return undefined;
      self.process.hook = undefined;
      const tear = torn(bytes, at.tear);
      if (at.how === "die") return tear === undefined ? { die: true } : { die: true, tear };
      if (at.how === "full") return tear === 0 || tear === undefined ? { errno: "ENOSPC" } : { short: tear };
      for (const other of at.others) runNow(other);
      return undefined;
    };
  };

  const runNow = (step: Step): void => {
    const index = [0, 1, 2, 3].map((shift) => (step.writer + shift) % 4).find((one) => !busy.has(one));
    if (index === undefined) return;
    const self = writer(index);
    busy.add(index);
    self.lock.lose = step.lose;
    self.lock.busy = step.do === "spool";
    if (step.interrupt !== undefined) interrupted(self, step.interrupt);
    try {
      perform(self, step);
    } finally {
      if (step.do !== "batch") {
        self.process.hook = undefined;
        self.lock.lose = 0;
        busy.delete(index);
      }
      self.lock.busy = false;
      if (self.lock.taken > 500)
        problems.push(new Error(`a livelock: ${step.do} took the lock ${self.lock.taken} times`));
      self.lock.taken = 0;
    }
  };

  return {
    disk,
    promised,
    problems,
    get damaged() {
      return damaged;
    },
    isForgotten: (id) => forgotten.has(id),
    cold: () => open(disk.process(), createLyingLock(), 0),
    run: async (step) => {
      if (step.do === "damage") await noteDurable();
      runNow(step);
      await Promise.all(settling);
      settling = [];
      for (const index of busy) {
        const self = writers[index]!;
        self.process.hook = undefined;
        self.lock.lose = 0;
      }
      busy.clear();
    },
  };

  /** Which events are wholly in the synced part. */
  async function noteDurable(): Promise<void> {
    const file = disk.find(LOG) as SimFile | undefined;
    if (file === undefined) return;
    for await (const { event, end } of open(disk.process(), createLyingLock(), 0).entries()) {
      if (end <= file.synced) durable.add(event.id);
    }
  }
}

/** `replaceFile` names a write cut short EIO, the log names it ENOSPC. */
function isDiskFull(error: unknown): boolean {
  return isAgentlogError(error, "IO_ERROR") && (error.errno === "ENOSPC" || error.errno === "EIO");
}

function torn(bytes: Buffer | undefined, thousandths: number): number | undefined {
  if (bytes === undefined) return undefined;
  if (thousandths >= 998) return Math.max(0, bytes.length - (1001 - thousandths));
  if (thousandths <= 20) return Math.min(thousandths, bytes.length);
  return Math.floor((bytes.length * thousandths) / 998);
}
