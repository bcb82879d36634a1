import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openEventLog, type NewLogEvent } from "./index.js";

let dir: string;
let file: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  file = join(dir, "events.jsonl");
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const note = (n: unknown): NewLogEvent => ({ type: "note.taken", data: { n } });

it("[EL-7] appends when it is the last number, -1 for an empty log", async () => {
  const log = openEventLog(file);
  await expect(log.append(note(0), { expectedSeq: -1 })).resolves.toMatchObject({ seq: 0 });
  await expect(log.appendMany([note(1), note(2)], { expectedSeq: 0 })).resolves.toMatchObject([{ seq: 1 }, { seq: 2 }]);
  expect(log.appendSync(note(3), { expectedSeq: 2 })).toMatchObject({ seq: 3 });
});

it.each([[-1], [0], [1], [3], [99]])(
  "[EL-7] %i for a log that is at 2: a conflict with the actual value, nothing written",
  async (expectedSeq) => {
    const log = openEventLog(file);
    await log.appendMany([note(0), note(1), note(2)]);
    const before = readFileSync(file);
    const conflict = { code: "SEQ_CONFLICT", expected: expectedSeq, actual: 2, path: file };
    await expect(log.append(note(3), { expectedSeq })).rejects.toMatchObject(conflict);
    await expect(log.appendMany([note(3), note(4)], { expectedSeq })).rejects.toMatchObject(conflict);
    expect(() => log.appendSync(note(3), { expectedSeq })).toThrow(expect.objectContaining(conflict));
    expect(readFileSync(file).equals(before)).toBe(true);
  },
);

it("[EL-7] a conflict in an empty log makes no event", async () => {
  const log = openEventLog(file);
  await expect(log.append(note(0), { expectedSeq: 0 })).rejects.toMatchObject({ code: "SEQ_CONFLICT", actual: -1 });
  expect((await log.readAll()).events).toEqual([]);
});

it("[EL-7] of two that expect the same in one group the first wins; the others of the group go on", async () => {
  const log = openEventLog(file);
  await log.append(note(0));
  const settled = await Promise.allSettled([
    log.append(note("a"), { expectedSeq: 0 }),
    log.append(note("b"), { expectedSeq: 0 }),
    log.append(note("c")),
    log.appendMany([note("d"), note("e")], { expectedSeq: 2 }),
    log.append(note("f"), { expectedSeq: 2 }),
  ]);
  expect(settled).toMatchObject([
    { value: { seq: 1 } },
    { reason: { code: "SEQ_CONFLICT", expected: 0, actual: 1 } },
    { value: { seq: 2 } },
    { value: [{ seq: 3 }, { seq: 4 }] },
    { reason: { code: "SEQ_CONFLICT", expected: 2, actual: 4 } },
  ]);
  const { events } = await log.readAll();
  expect(events.map(({ data }) => (data as { n: unknown }).n)).toEqual([0, "a", "c", "d", "e"]);
});

it("[EL-7] of two handles that expect the same one wins", async () => {
  const handles = [openEventLog(file), openEventLog(file), openEventLog(file)];
  await handles.at(0)!.append(note(0));
  const settled = await Promise.allSettled(handles.map((log, n) => log.append(note(n), { expectedSeq: 0 })));
  expect(settled.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  expect((await handles.at(0)!.readAll()).events).toHaveLength(2);
});
