import { readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Sandbox, sandbox } from "../testing/agentlog.js";
import { treeOf } from "../testing/tree.js";

/** A session of eight events whose log has a torn line, a flipped bit, a line of NULs, and an event twice. */
async function damaged(): Promise<{ box: Sandbox; file: string; kept: string[] }> {
  const box = sandbox();
  const lines = Array.from({ length: 7 }, (_, n) => `{"type":"note.added","data":{"text":"n${n}"}}\n`);
  // One process each, so that a line stands for itself.
  for (const line of lines) expect((await box.run(["append", "s", "-", "--create"], { input: line })).code).toBe(0);
  const file = await box.logFile("s");
  const written = readFileSync(file, "utf8").split("\n").slice(0, -1);
  const kept = written.filter((_, n) => n !== 3).map((text) => JSON.parse(text).id as string);
  const [, twice = "", torn = "", flipped = ""] = written;
  written[3] = flipped.replace("note.added", "note.addeD");
  written.splice(6, 0, "\0".repeat(300), twice, torn.slice(0, 40));
  writeFileSync(file, `${written.join("\n")}\n`);
  return { box, file, kept };
}

describe("agentlog verify", () => {
  it("finds damage, says where, and ends with 1", async () => {
    const { box } = await damaged();
    const { code, out, err } = await box.run(["verify"]);
    expect([code, err]).toEqual([1, ""]);
    expect(out).toMatch(/torn[^]*at byte \d+, line 4[^]*1 log, \d events: 1 damaged/);
    expect(out).toContain("agentlog repair sess_");
    const json = await box.run(["verify", "--json"]);
    expect([json.code, JSON.parse(json.out)]).toMatchObject([
      1,
      { ok: true, data: { ok: false, logs: [{ ok: false, events: 7 }] } },
    ]);
    expect((await box.run(["log", "s"])).err).toMatch(/damaged places? w(as|ere) passed over/);
  });

  it("checks an anchor that was kept elsewhere", async () => {
    const box = sandbox();
    await box.data(["append", "s", "--create", "--type", "x"]);
    const { head } = await box.data(["show", "s"]);
    const anchor = `${head.seq}:${head.hash}`;
    expect((await box.run(["verify", "s"])).out).toContain(`head ${anchor}`);
    await box.data(["append", "s", "--type", "x"]);
    expect((await box.run(["verify", "s", "--anchor", anchor])).code).toBe(0);
    const other = `${head.seq}:${"0".repeat(32)}`;
    expect((await box.run(["verify", "s", "--anchor", other])).code).toBe(1);
    expect((await box.run(["verify", "s", "--anchor", `99:${head.hash}`])).code).toBe(1);
  });

  it("goes on past a log that cannot be read", async () => {
    const { box, file } = await damaged();
    await box.data(["append", "t", "--create", "--type", "x"]);
    writeFileSync(file, "\0".repeat(5_000));
    const { code, out } = await box.run(["verify"]);
    expect(code).toBe(1);
    expect(out).toMatch(/2 logs, 2 events: 1 damaged/);
  });
});

describe("agentlog repair", () => {
  it("changes nothing with --dry-run, and says what it would do", async () => {
    const { box } = await damaged();
    const before = treeOf(box.store);
    const { code, out } = await box.run(["repair", "s", "--dry-run"]);
    expect(code).toBe(0);
    expect(out).toMatch(/would keep 7 events, set aside \d+ bytes in \d+ pieces?/);
    expect(treeOf(box.store)).toEqual(before);
  });

  it("keeps every event that counts, sets the rest aside, and is done then", async () => {
    const { box, file, kept } = await damaged();
    const bytes = readFileSync(file);
    const [dry] = (await box.data(["repair", "s", "--dry-run"])).logs;
    const [report] = (await box.data(["repair", "s"])).logs;
    expect(report).toMatchObject({ changed: true, events: 7, setAside: dry.setAside });
    const aside = Object.keys(treeOf(`${box.store}/quarantine`)).length;
    expect(aside).toBeGreaterThan(1);
    expect(report.setAside.reduce((sum: number, piece: any) => sum + piece.bytes, 0)).toBeLessThan(bytes.length);
    expect((await box.events("s")).map(({ id }) => id).filter((id) => kept.includes(id))).toEqual(kept);
    expect((await box.run(["verify"])).code).toBe(0);
    const after = treeOf(box.store);
    expect(await box.data(["repair", "s"])).toMatchObject({ logs: [{ changed: false }] });
    expect(treeOf(box.store)).toEqual(after);
    expect((await box.run(["append", "s", "--type", "x"])).code).toBe(0);
    expect((await box.run(["verify"])).code).toBe(0);
  });

  it("rewrites nothing that a link in the store leads to", async () => {
    const { box, file } = await damaged();
    const outside = join(box.dir, "outside");
    renameSync(dirname(file), outside);
    symlinkSync(outside, dirname(file));
    const before = treeOf(box.dir);
    expect((await box.run(["repair", "s"])).code).toBe(3);
    expect(treeOf(box.dir)).toEqual(before);
  });
});
