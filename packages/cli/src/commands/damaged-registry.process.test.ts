import { appendFileSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Ran, type Sandbox, sandbox } from "../testing/agentlog.js";
import { firstUnsafe } from "../testing/printable.js";
import { expectRefusal } from "../testing/refusal.js";
import { appendByHand, found, made } from "../testing/work-items.js";

interface Filled {
  readonly box: Sandbox;
  readonly one: string;
  readonly two: string;
  readonly registry: string;
}

/** Two sessions: "one", which is also called "first", came from "two". */
async function filled(): Promise<Filled> {
  const box = sandbox();
  const [one, two] = [await made(box, "one"), await made(box, "two")];
  await box.run(["alias", "one", "first"]);
  await box.run(["parent", "one", "two"]);
  return { box, one, two, registry: join(box.store, "registry") };
}

/** Every command that reads. */
const READING: readonly (readonly string[])[] = [
  [],
  ["ls"],
  ["find"],
  ["find", "of", "one"],
  ["tree"],
  ["tree", "one"],
  ["show", "one"],
  ["log", "one"],
  ["tail", "one"],
  ["tail", "--latest"],
  ["verify", "one"],
  ["repair", "one", "--dry-run"],
  ["sweep", "--dry-run"],
  ["rebuild"],
];

/** Runs each of them, every other one as JSON, and tells what was on stderr. */
async function readAll({ box }: Pick<Filled, "box">): Promise<readonly string[]> {
  const notes = new Set<string>();
  for (const [at, args] of READING.entries()) {
    const ran = await box.run(at % 2 === 0 ? args : [...args, "--json"]);
    const label = `${args.join(" ")}: ${ran.err}`;
    const code = args.includes("of") ? ran.code : 0;
    expect([ran.code, firstUnsafe(ran.stdout), firstUnsafe(ran.stderr)], label).toEqual([code, undefined, undefined]);
    expect(ran.err).not.toMatch(/bug|^agentlog:/m);
    expect(ran.out).not.toBe("");
    for (const line of ran.err.split("\n")) if (line !== "") notes.add(line);
  }
  return [...notes];
}

describe("without the read model", () => {
  it("every command answers as before, and says nothing", async () => {
    const all = await filled();
    const before = await all.box.data(["find"]);
    for (const name of readdirSync(all.registry))
      if (name !== "events.jsonl") rmSync(join(all.registry, name), { recursive: true });
    expect(await all.box.data(["find"])).toEqual(before);
    expect(await readAll(all)).toEqual([]);
  });

  it("and with one of garbage too", async () => {
    const all = await filled();
    const before = await all.box.data(["find"]);
    for (const entry of readdirSync(all.registry, { withFileTypes: true, recursive: true })) {
      const file = join(entry.parentPath, entry.name);
      if (entry.isFile() && entry.name !== "events.jsonl") writeFileSync(file, "no read model\0\u001b[2J");
    }
    expect(await all.box.data(["find"])).toEqual(before);
    await readAll(all);
  });
});

describe("without the registry", () => {
  it.each([
    ["the folder", (folder: string) => rmSync(folder, { recursive: true })],
    ["its log", (folder: string) => rmSync(join(folder, "events.jsonl"))],
    [
      "all that is in it",
      (folder: string) => {
        for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
      },
    ],
  ])("%s: the next command takes every session from its log, and says so once", async (_, remove) => {
    const all = await filled();
    remove(all.registry);
    const first = await all.box.run(["find", "--json"]);
    // SQLite's read model may say first that it is none of the new log.
    const notes = first.err.trimEnd().split("\n");
    expect([first.code, notes.at(-1)]).toEqual([
      0,
      expect.stringMatching(/^note: there was no registry: 2 sessions were/),
    ]);
    expect(notes.slice(0, -1).filter((note) => !/read model|folded anew/.test(note))).toEqual([]);
    expect((await found(all.box)).toSorted()).toEqual([all.one, all.two].toSorted());
    expect(await readAll(all)).toEqual([]);
    // What people had said was in the registry alone.
    expectRefusal(await all.box.run(["show", "first"]), 1, /no session/);
    expect((await all.box.run(["alias", "one", "first"])).code).toBe(0);
  });

  it("a change is made as well, and what hooks wait with comes in", async () => {
    const all = await filled();
    const payload = { session_id: "n1", hook_event_name: "SessionStart", source: "startup", cwd: all.box.work };
    for (const more of [{}, { hook_event_name: "UserPromptSubmit", prompt: "hello" }])
      await all.box.run(["hook", "claude"], { input: JSON.stringify({ ...payload, ...more }) });
    rmSync(all.registry, { recursive: true });
    expect((await all.box.run(["alias", "one", "again"])).code).toBe(0);
    expect(await found(all.box)).toHaveLength(3);
    expect((await all.box.data(["show", "again"])).id).toBe(all.one);
  });
});

describe("a registry's log that is damaged", () => {
  it.each([
    ["a line of garbage", "garbage line\n"],
    ["null", "null\n"],
    ["an object that is no event", '{"foo":1}\n'],
    ["bytes that are no UTF-8", Buffer.from([0xff, 0xfe, 0x80, 0x0a])],
    ["escapes", "\u001b[2J\u202e\n"],
  ])("%s: every command answers, tells of it in one line, and nothing else is lost", async (_, damage) => {
    const all = await filled();
    const before = await all.box.data(["find"]);
    appendFileSync(join(all.registry, "events.jsonl"), damage);
    expect(await all.box.data(["find"])).toEqual(before);
    const notes = await readAll(all);
    expect(notes).toEqual([expect.stringMatching(/^note: .*registry\/events\.jsonl is damaged/)]);
    expect((await all.box.run(["--quiet", "find"])).err).toBe("");
    // What is said after the damage counts, too.
    expect((await all.box.run(["alias", "two", "second"])).code).toBe(0);
    expect((await all.box.data(["show", "second"])).id).toBe(all.two);
  });

  it("in its middle: what is after it still counts, verify tells it, repair mends it, rebuild agrees", async () => {
    const all = await filled();
    const file = join(all.registry, "events.jsonl");
    const lines = readFileSync(file, "utf8").split("\n");
    writeFileSync(file, [...lines.slice(0, 1), "x".repeat(50), ...lines.slice(1)].join("\n"));
    expect((await all.box.data(["show", "first"])).id).toBe(all.one);

    const verified = await all.box.run(["verify"]);
    expect([verified.code, verified.out]).toEqual([
      1,
      expect.stringMatching(/^registry +damaged[^]*repair --registry/m),
    ]);
    const { data } = JSON.parse((await all.box.run(["verify", "--json"])).out);
    expect(data).toMatchObject({ ok: false, logs: [{ ok: true }, { ok: true }], registry: { ok: false } });

    const mended = await all.box.run(["repair", "--registry"]);
    expect([mended.code, mended.out]).toEqual([
      0,
      expect.stringMatching(/^registry: kept 4 events, set aside 51 bytes/),
    ]);
    expect(await all.box.data(["repair", "--registry"])).toMatchObject({ registry: { changed: false, events: 4 } });
    expect(await all.box.run(["verify"])).toMatchObject({ code: 0, err: "", out: expect.stringMatching(/all whole/) });
    expect(await all.box.run(["find"])).toMatchObject({ code: 0, err: "" });
    expect(await all.box.data(["rebuild"])).toMatchObject({ events: 4, sessions: 2, skipped: 0, registered: 0 });
  });

  it("cut off: rebuild takes the sessions that it has lost from their logs", async () => {
    const all = await filled();
    const file = join(all.registry, "events.jsonl");
    writeFileSync(file, `${readFileSync(file, "utf8").split("\n")[0]}\n`);
    expect(await found(all.box)).toEqual([all.one]);
    expect(await all.box.data(["rebuild"])).toMatchObject({ sessions: 1, registered: 1 });
    expect((await found(all.box)).toSorted()).toEqual([all.one, all.two].toSorted());
  });

  it("with a type that nobody knows: it is kept and passed over", async () => {
    const all = await filled();
    const before = await all.box.data(["find"]);
    await appendByHand(all.box, { type: "session.teleported", session: all.one, data: { to: "mars" } });
    await appendByHand(all.box, { type: "session.aliased", session: 5, data: { alias: ["x"] } });
    expect(await all.box.data(["find"])).toEqual(before);
    await readAll(all);
    expect((await all.box.run(["verify"])).code).toBe(0);
  });

  it("with a cycle that was made by hand: it is drawn once, and its edges can be mended", async () => {
    const all = await filled();
    const data = { parent: all.one, kind: "manual", by: "person", evidence: [] };
    await appendByHand(all.box, { type: "session.parented", session: all.two, data });
    const { out } = await all.box.run(["tree"]);
    expect(out).toMatch(/\(in a cycle\)/);
    expect(out.trimEnd().split("\n")).toHaveLength(2);
    await readAll(all);
    expect((await all.box.run(["parent", "two", "--clear"])).code).toBe(0);
    expect((await all.box.run(["tree"])).out).not.toMatch(/cycle/);
  });
});

describe("without a session's folder", () => {
  it("the registry still knows it, and commands about it say that its log is gone", async () => {
    const { box, one, two } = await filled();
    rmSync(dirname(await box.logFile("one")), { recursive: true });
    const gone = /has no log in this store/;
    for (const args of [["log"], ["tail"], ["verify"], ["repair"], ["append", "--type", "x.y"]])
      expectRefusal(await box.run([...args, "first"]), 1, gone);
    const shown = await box.run(["show", "first"]);
    expect([shown.code, shown.err, shown.out]).toEqual([0, "", expect.stringMatching(/alias +first[^]*no log/)]);
    expect(await box.data(["show", "first"])).toMatchObject({ id: one, logs: [], registry: { alias: "first" } });
    expect(await found(box)).toContain(one);
    expect((await box.run(["tree"])).out).toContain("first");
    const listed = await box.run(["ls"]);
    expect([listed.code, listed.err]).toEqual([0, expect.stringMatching(/^note: one session has no log/)]);
    expect(await box.data(["ls"])).toMatchObject({ sessions: [{ id: two }], withoutLog: [one] });
    expect(await box.data(["rebuild"])).toMatchObject({ sessions: 2, withoutLog: [one] });
    expect(await box.data(["tail", "--latest"]).catch(() => "a stream")).toBe("a stream");
    expect((await box.run(["tail", "--latest"])).out).toContain("of two");
    expect(existsSync(join(box.store, "sessions", one))).toBe(false);
  });

  it("a session that was made by name is made again", async () => {
    const { box, one } = await filled();
    rmSync(dirname(await box.logFile("one")), { recursive: true });
    expect(await made(box, "one")).toBe(one);
    expect(await box.data(["show", "first"])).toMatchObject({ id: one, events: 2 });
  });
});

describe("hooks that cannot be read", () => {
  it("are told of, and every command answers all the same", async () => {
    const all = await filled();
    const spool = join(all.box.store, "spool");
    rmSync(spool, { recursive: true, force: true });
    await all.box.run(["hook", "claude"], { input: "no JSON" });
    const first: Ran = await all.box.run(["find"]);
    expect([first.code, first.err]).toEqual([
      0,
      expect.stringMatching(/^note: a hook's payload was set aside \(bad-payload\)/),
    ]);
    expect((await all.box.run(["find"])).err).toBe("");
    rmSync(spool, { recursive: true, force: true });
    await all.box.run(["hook", "claude"], { input: "{}" });
    rmSync(join(spool, "hooks"), { recursive: true });
    writeFileSync(join(spool, "hooks"), "a file in the way", { mode: 0o600 });
    const notes = await readAll(all);
    expect(notes).toEqual([expect.stringMatching(/^note: hooks could not be read: /)]);
  });
});
