import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openEventLog, type FollowOptions, type NewLogEvent } from "./index.js";
import { chainOf } from "./testing/forge.js";

let dir: string;
let file: string;
let stops: AbortController[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  file = join(dir, "events.jsonl");
  stops = [];
});
afterEach(() => {
  for (const stop of stops) stop.abort();
  rmSync(dir, { recursive: true, force: true });
});

const note = (n: unknown): NewLogEvent => ({ type: "note.taken", data: { n } });
const sleep = async (ms: number): Promise<void> => await new Promise((resolve) => setTimeout(resolve, ms));
const until = async (check: () => boolean, ms = 2_000): Promise<void> => {
  for (const end = performance.now() + ms; !check() && performance.now() < end;) await sleep(5);
};

interface Follower {
  readonly got: unknown[];
  readonly done: Promise<unknown>;
  stop(): void;
}

/** Follows in the background; `done` is the error it ended with, or undefined. */
function startFollowing(options: FollowOptions = {}): Follower {
  const stop = new AbortController();
  stops.push(stop);
  const got: unknown[] = [];
  const run = async (): Promise<unknown> => {
    try {
      for await (const { data } of openEventLog(file).follow({ pollMs: 15, signal: stop.signal, ...options })) {
        got.push((data as { n: unknown }).n);
      }
    } catch (error) {
      return error;
    }
    return undefined;
  };
  return { got, done: run(), stop: () => stop.abort() };
}

it("[EL-11] yields what is there and what comes, each once, in order", async () => {
  const log = openEventLog(file);
  await log.appendMany([note(0), note(1)]);
  const follower = startFollowing();
  await until(() => follower.got.length === 2);
  for (let n = 2; n < 60; n++) {
    await (n % 10 === 0 ? openEventLog(file) : log).append(note(n));
    if (n % 7 === 0) await sleep(3);
  }
  await until(() => follower.got.length === 60);
  await sleep(40);
  expect(follower.got).toEqual(Array.from({ length: 60 }, (_, n) => n));
});

it("[EL-11] begins where it is told", async () => {
  const log = openEventLog(file);
  await log.appendMany(Array.from({ length: 20 }, (_, n) => note(n)));
  const [some, future] = [startFollowing({ from: 15 }), startFollowing({ from: 22 })];
  await until(() => some.got.length === 5);
  await log.appendMany([note(20), note(21), note(22)]);
  await until(() => some.got.length === 8 && future.got.length === 1);
  expect([some.got, future.got]).toEqual([[15, 16, 17, 18, 19, 20, 21, 22], [22]]);
});

it("[EL-11] ends at once on its signal, also while it waits, and before it began", async () => {
  await openEventLog(file).append(note(0));
  const follower = startFollowing({ pollMs: 10_000 });
  await until(() => follower.got.length === 1);
  await sleep(20);
  const started = performance.now();
  follower.stop();
  expect(await follower.done).toBeUndefined();
  expect(performance.now() - started).toBeLessThan(5_000);
  for await (const _ of openEventLog(file).follow({ signal: AbortSignal.abort() }))
    throw new Error("not to be reached");
});

it("[EL-11] ends on its signal in the middle of what is there, without one more event", async () => {
  const log = openEventLog(file);
  await log.appendMany(Array.from({ length: 100 }, (_, n) => note(n)));
  const stop = new AbortController();
  let got = 0;
  for await (const _ of log.follow({ signal: stop.signal })) if (++got === 10) stop.abort();
  expect(got).toBe(10);
});

it("[EL-11] ends on a signal that a timer gives, though it has much to read", async () => {
  writeFileSync(file, `${chainOf(100_000).join("\n")}\n`, { mode: 0o600 });
  let got = 0;
  const started = performance.now();
  for await (const _ of openEventLog(file).follow({ signal: AbortSignal.timeout(10) })) got++;
  expect(got).toBeLessThan(100_000);
  expect(performance.now() - started).toBeLessThan(5_000);
});

it("[EL-11] waits for a file, and a folder, that are not there yet", async () => {
  file = join(dir, "later", "events.jsonl");
  const follower = startFollowing();
  await sleep(30);
  mkdirSync(join(dir, "later"));
  await sleep(30);
  await openEventLog(file).append(note("first"));
  await until(() => follower.got.length === 1);
  expect(follower.got).toEqual(["first"]);
});

it("[EL-11] two followers of one handle each see all", async () => {
  const log = openEventLog(file);
  const followers = [startFollowing(), startFollowing()];
  for (let n = 0; n < 20; n++) await log.append(note(n));
  await until(() => followers.every(({ got }) => got.length === 20));
  for (const { got } of followers) expect(got).toEqual(Array.from({ length: 20 }, (_, n) => n));
});

it("[EL-11] goes on over a repair: nothing twice, nothing left out", async () => {
  const log = openEventLog(file);
  for (let n = 0; n < 5; n++) await log.append(note(n));
  const follower = startFollowing();
  await until(() => follower.got.length === 5);
  for (let round = 0; round < 3; round++) {
    appendFileSync(file, "torn by a crash\n");
    await log.append(note(`before ${round}`));
    expect((await openEventLog(file).repair()).changed).toBe(true);
    await log.append(note(`after ${round}`));
    await sleep(20);
  }
  await until(() => follower.got.length === 11);
  const rounds = [0, 1, 2].flatMap((round) => [`before ${round}`, `after ${round}`]);
  expect(follower.got).toEqual([0, 1, 2, 3, 4, ...rounds]);
});

it("[EL-11] does not take a write in progress for an event, nor miss it once it is whole", async () => {
  const lines = chainOf(3);
  writeFileSync(file, `${lines[0]}\n${lines.at(1)!.slice(0, 50)}`, { mode: 0o600 });
  const damage: unknown[] = [];
  const follower = startFollowing({ onDamage: (met) => damage.push(met) });
  await sleep(50);
  expect(follower.got).toEqual([0]);
  appendFileSync(file, lines.at(1)!.slice(50));
  await sleep(30);
  expect(follower.got).toEqual([0]);
  appendFileSync(file, `\n${lines[2]}\n`);
  await until(() => follower.got.length === 3);
  expect([follower.got, damage]).toEqual([[0, 1, 2], []]);
});

it("[EL-11] reports damage as it comes and goes on", async () => {
  const log = openEventLog(file);
  await log.append(note(0));
  const damage: string[] = [];
  const follower = startFollowing({ onDamage: ({ kind }) => damage.push(kind) });
  await until(() => follower.got.length === 1);
  appendFileSync(file, "torn\n");
  await log.append(note(1));
  await until(() => follower.got.length === 2);
  expect([follower.got, damage]).toEqual([[0, 1], ["torn"]]);
});

it("[EL-11] a log that became shorter is LOG_REPLACED", async () => {
  await openEventLog(file).appendMany([note(0), note(1)]);
  const follower = startFollowing();
  await until(() => follower.got.length === 2);
  truncateSync(file, 10);
  expect(await Promise.race([follower.done, sleep(1_000)])).toMatchObject({ code: "LOG_REPLACED" });
});

it.each([
  ["deleted", () => unlinkSync(file)],
  ["moved away", () => renameSync(file, `${file}.1`)],
])("[EL-11] a log that was %s, and another begun in its place, is not passed over in silence", async (_, remove) => {
  await openEventLog(file).appendMany([note(0), note(1), note(2)]);
  const follower = startFollowing();
  await until(() => follower.got.length === 3);
  remove();
  const other = openEventLog(file);
  for (let n = 0; n < 6; n++) await other.append(note(`other ${n}`));
  const ended = await Promise.race([follower.done, sleep(300).then(() => "goes on")]);
  // Either it says so, or it yields the other log's events from the first on; it never leaves some of them out.
  if (ended !== "goes on") expect(ended).toMatchObject({ code: "LOG_REPLACED" });
  else expect(follower.got.slice(3)).toEqual([0, 1, 2, 3, 4, 5].map((n) => `other ${n}`));
});

it("[EL-11] a consumer that stops by itself leaves no timer and no descriptor behind", async () => {
  await openEventLog(file).append(note(0));
  const before = process.getActiveResourcesInfo().filter((name) => /Timeout|FSEvent/.test(name)).length;
  for (let n = 0; n < 10; n++) for await (const _ of openEventLog(file).follow()) break;
  await sleep(10);
  expect(process.getActiveResourcesInfo().filter((name) => /Timeout|FSEvent/.test(name)).length).toBeLessThanOrEqual(
    before + 1,
  );
});
