import assert from "node:assert/strict";
import { copyFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAgentlogError } from "@agentlog/types";
import { type EventLog, openEventLog } from "../index.js";
import { present } from "./present.js";

/** What came of doing to a file of given bytes all that can be done to a log. */
export interface Ordeal {
  readonly seqs: readonly number[];
  /** `torn 2`: the kind and the line. */
  readonly damage: readonly string[];
  /** What `verify` says. */
  readonly ok: boolean;
  /** The number of the next event, or the code of the error that refused it. */
  readonly next: number | string;
}

/**
 * Reads, follows, verifies, appends to and repairs the bytes, each on a copy of its own, and fails where two of these do not
 * agree, or where something is overwritten, lost or counted twice. What is left to the caller is what the bytes mean.
 */
export async function endure(dir: string, content: string | Uint8Array): Promise<Ordeal> {
  const bytes = Buffer.from(content as Uint8Array);
  const original = join(dir, "original.jsonl");
  writeFileSync(original, bytes, { mode: 0o600 });
  const found = await read(original);
  const next = await append(copyOf(original, join(dir, "append.jsonl")), bytes, found);
  await repair(copyOf(original, join(dir, "repair.jsonl")), bytes, found);
  assert.equal(readFileSync(original).equals(bytes), true);
  return { seqs: found.seqs, damage: found.damage, ok: found.ok, next };
}

type Found = Omit<Ordeal, "next"> & { readonly lines: readonly Buffer[]; readonly chained: boolean };

async function read(file: string): Promise<Found> {
  const bytes = readFileSync(file);
  const log = openEventLog(file);
  const { events, damage } = await log.readAll();
  const seqs = events.map(({ seq }) => seq);
  const lines: Buffer[] = [];
  for await (const { event, offset, end } of log.entries()) {
    assert.equal(JSON.stringify(event), JSON.stringify(events[lines.length]));
    lines.push(bytes.subarray(offset, end));
  }
  assert.equal(lines.length, events.length);
  for (const from of new Set([seqs.at(0), seqs.at(-1), (seqs.at(-1) ?? 0) + 1])) {
    const some: number[] = [];
    for await (const { seq } of log.read({ from: from ?? 0 })) some.push(seq);
    assert.deepEqual(
      some,
      seqs.filter((seq) => seq >= (from ?? 0)),
    );
  }
  const strict = await log.readAll({ strict: true }).catch((error: unknown) => error);
  assert.equal(isAgentlogError(strict, "LOG_DAMAGED"), damage.length > 0);
  const report = await log.verify();
  const broken = report.damage.filter(({ kind }) => kind === "chain").length;
  assert.deepEqual([report.events, report.bytes, report.head.seq], [seqs.length, bytes.length, seqs.at(-1) ?? -1]);
  // A file that is no log is damage itself.
  const alien = codeOf(log) === "NOT_A_LOG" ? 1 : 0;
  assert.equal(report.damageCount, damage.length + broken + alien);
  const told = damage.map(({ kind, line }) => `${kind} ${line}`);
  return { seqs, damage: told, ok: report.ok, lines, chained: broken === 0 };
}

function codeOf(log: EventLog): string | undefined {
  try {
    log.stat();
    return undefined;
  } catch (error) {
    return isAgentlogError(error) ? error.code : String(error);
  }
}

/** Three appends, by two handles, while somebody follows. */
async function append(file: string, bytes: Buffer, { seqs }: Found): Promise<number | string> {
  const log = openEventLog(file);
  const refused = codeOf(log);
  const stop = new AbortController();
  const followed: number[] = [];
  const following = (async () => {
    for await (const { seq } of openEventLog(file).follow({ pollMs: 5, signal: stop.signal })) {
      followed.push(seq);
      if (seq === (seqs.at(-1) ?? -1) + 3) return;
    }
  })();
  const note = { type: "note.taken", data: { text: "after" } };
  if (refused !== undefined) {
    await assert.rejects(log.append(note), { code: refused });
    assert.throws(() => log.appendSync(note), { code: refused });
    assert.equal(readFileSync(file).equals(bytes), true);
    stop.abort();
    await following;
    return refused;
  }
  const first = await log.append(note);
  const second = log.appendSync(note);
  await log.close();
  const third = await openEventLog(file).append(note);
  const last = seqs.at(-1) ?? -1;
  assert.deepEqual([first.seq, second.seq, third.seq], [last + 1, last + 2, last + 3]);
  const { events } = await log.readAll();
  assert.deepEqual(
    events.map(({ seq }) => seq),
    [...seqs, last + 1, last + 2, last + 3],
  );
  assert.deepEqual(
    events.slice(-3).map(({ id }) => id),
    [first.id, second.id, third.id],
  );
  // Nothing that was there is overwritten, and no character is put in the place of a cut one.
  const after = readFileSync(file);
  assert.equal(after.subarray(0, bytes.length).equals(bytes), true);
  assert.equal(after.subarray(bytes.length).includes("\uFFFD"), false);
  await following;
  assert.deepEqual(followed, [...seqs, last + 1, last + 2, last + 3]);
  return first.seq;
}

async function repair(file: string, bytes: Buffer, { seqs, lines, chained }: Found): Promise<void> {
  const quarantineDirectory = `${file}.quarantine`;
  const log = openEventLog(file, { quarantineDirectory });
  const planned = await log.repair({ dryRun: true });
  assert.equal(readFileSync(file).equals(bytes), true);
  const done = await log.repair();
  assert.deepEqual({ ...done, quarantine: undefined }, planned);
  assert.equal(done.events, seqs.length);
  // What does not count is in quarantine, byte for byte; what counts is in the log, byte for byte.
  const aside = done.setAside.map(({ offset, bytes: length }) => bytes.subarray(offset, offset + length));
  if (aside.length === 0) assert.equal(done.quarantine, undefined);
  else assert.equal(readFileSync(present(done.quarantine)).equals(Buffer.concat(aside)), true);
  const repaired = readFileSync(file);
  const kept: Buffer[] = [];
  for await (const { offset, end } of log.entries()) kept.push(repaired.subarray(offset, end));
  assert.equal(Buffer.concat(kept).equals(Buffer.concat(lines)), true);
  assert.deepEqual((await log.readAll()).damage, []);
  assert.deepEqual(
    (await log.readAll()).events.map(({ seq }) => seq),
    seqs,
  );
  assert.equal((await log.verify()).ok, chained);
  assert.equal((await log.repair()).changed, false);
  const last = (await log.verify()).head.seq;
  assert.equal(last, seqs.at(-1) ?? -1);
  assert.equal((await log.append({ type: "note.taken", data: {} })).seq, last + 1);
  await log.close();
  rmSync(quarantineDirectory, { recursive: true, force: true });
}

function copyOf(file: string, to: string): string {
  rmSync(to, { force: true });
  copyFileSync(file, to);
  return to;
}
