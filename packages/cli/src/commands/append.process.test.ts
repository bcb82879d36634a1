import { describe, expect, it } from "vitest";
import { sandbox } from "../testing/agentlog.js";
import { treeOf } from "../testing/tree.js";

const line = (n: number): string => `{"type":"note.added","data":{"text":"note ${n}"}}\n`;
const acks = (out: string): any[] =>
  out
    .trim()
    .split("\n")
    .filter(Boolean)
    .map((text) => JSON.parse(text));

describe("agentlog append", () => {
  it("finds a session by name, by id, and by the beginning of its id", async () => {
    const box = sandbox();
    const { session } = await box.data(["append", "my job", "--create", "--type", "a.b", "--data", '{"n":0}']);
    for (const name of ["my job", session, session.slice(5), session.slice(5, 14), session.toUpperCase()])
      expect(await box.data(["append", name, "--type", "a.b"])).toMatchObject({ session });
    expect(await box.data(["append", session, "--create", "--type", "a.b"])).toMatchObject({ session, seq: 7 });
    expect((await box.data(["ls"])).sessions).toHaveLength(1);
    expect((await box.events("my job"))[1]).toMatchObject({
      type: "a.b",
      data: { n: 0 },
      run: 1,
      source: { kind: "cli" },
    });
  });

  it("acknowledges each line of stdin in order, after the beginning of a session that it makes", async () => {
    const box = sandbox();
    const input = Array.from({ length: 50 }, (_, n) => line(n)).join("");
    const { code, out, err } = await box.run(["append", "s", "-", "--create", "--json"], { input });
    expect([code, err]).toEqual([0, ""]);
    const events = await box.events("s");
    expect(acks(out)).toEqual(events.slice(1).map(({ seq, id }) => ({ seq, id })));
    expect(events.slice(1).map(({ data }) => data.text)).toEqual(Array.from({ length: 50 }, (_, n) => `note ${n}`));
  });

  it("acknowledges an event at once, not only when the input ends", async () => {
    const box = sandbox();
    const running = box.start(["append", "s", "-", "--create", "--json"]);
    running.process.stdin.write(line(1));
    const answer = await Promise.race([running.until(/\n/), new Promise((resolve) => setTimeout(resolve, 3_000))]);
    expect(answer, "nothing within three seconds while the input stays open").toMatch(/^\{"seq":1,/);
    running.process.stdin.end();
    expect((await running.over).code).toBe(0);
  });

  it("takes 10,000 lines in far fewer writes than lines", async () => {
    const box = sandbox();
    const input = Array.from({ length: 10_000 }, (_, n) => line(n)).join("");
    const { code, out } = await box.run(["append", "s", "-", "--create", "--json"], { input });
    expect(code).toBe(0);
    expect(acks(out).map(({ seq }) => seq)).toEqual(Array.from({ length: 10_000 }, (_, n) => n + 1));
    expect(await box.data(["log", "s", "--count"])).toMatchObject({ count: 10_001 });
    expect((await box.data(["verify"])).ok).toBe(true);
    // [EL-4] No clock: a group that is written at once carries its place in it, [0, n] for the first.
    const writes = (await box.events("s")).filter(({ batch }) => batch === undefined || batch[0] === 0).length;
    expect(writes).toBeLessThan(500);
  });

  it("names each bad line and goes on with the rest", async () => {
    const box = sandbox();
    const bad = [
      "nonsense",
      "[]",
      '"text"',
      "null",
      '{"data":{}}',
      '{"type":7}',
      '{"type":"x","data":[]}',
      '{"type":"x","seq":1}',
    ];
    const input = [...bad.flatMap((text, n) => [line(n), `${text}\n`]), "\n", "  \r\n", '{"type":"last"}'].join("");
    const { code, out, err } = await box.run(["append", "s", "-", "--create", "--json"], { input });
    expect(code).toBe(1);
    expect(acks(out)).toHaveLength(bad.length + 1);
    expect(
      err
        .trim()
        .split("\n")
        .map((text) => /^agentlog: line (\d+): /.exec(text)?.[1]),
    ).toEqual(bad.map((_, n) => String(2 * n + 2)));
    expect((await box.events("s")).at(-1).type).toBe("last");
  });

  it("refuses a line that nests too deep or is too long by its number, and keeps the rest", async () => {
    const box = sandbox();
    const deep = `{"type":"x","data":${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}}\n`;
    const huge = `{"type":"x","data":{"text":"${"y".repeat(17 * 1024 * 1024)}"}}\n`;
    const { code, err } = await box.run(["append", "s", "-", "--create"], {
      input: `${line(1)}${deep}${huge}${line(2)}`,
    });
    expect(code).toBe(1);
    expect(err.split("\n").map((text) => text.slice(0, 17))).toEqual(["agentlog: line 2:", "agentlog: line 3:", ""]);
    for (const text of err.split("\n")) expect(text.length).toBeLessThan(600);
    expect(await box.data(["log", "s", "--count"])).toMatchObject({ count: 3 });
  });

  it("keeps what is larger than a line of the log, and gives it back", async () => {
    const box = sandbox();
    const text = "漢".repeat(700_000);
    const input = `{"type":"note.added","data":{"text":"${text}"}}\n`;
    expect((await box.run(["append", "s", "-", "--create"], { input })).code).toBe(0);
    expect((await box.data(["verify"])).ok).toBe(true);
    const [, event] = await box.events("s");
    expect(JSON.stringify(event)).toContain("note.added");
  });

  it("repeats nothing of the data in an error", async () => {
    const box = sandbox();
    const secret = "sk-live-0123456789";
    const deep = JSON.stringify({ [secret]: {} }).replace("{}", `${'{"a":'.repeat(70)}1${"}".repeat(70)}`);
    for (const data of [`{"key":"${secret}"`, `["${secret}"]`, `"${secret}"`, deep]) {
      const { code, err } = await box.run(["append", "s", "--create", "--type", "x", "--data", data]);
      expect([code, err.match(/\n/g)?.length]).toEqual([2, 1]);
      expect(err).not.toContain(secret);
    }
  });

  it("stores `__proto__` and its like as what they are: words", async () => {
    const box = sandbox();
    const data = '{"__proto__":{"polluted":1},"constructor":{"prototype":2},"toString":3}';
    expect((await box.run(["append", "__proto__", "--create", "--type", "constructor", "--data", data])).code).toBe(0);
    const { out } = await box.run(["log", "__proto__", "--json"]);
    expect(out).toContain(data.slice(1, -1));
    const spare = '{"type":"x","data":{},"__proto__":{"session":"sess_evil"}}\n';
    expect((await box.run(["append", "__proto__", "-"], { input: spare })).code).toBeLessThan(2);
    expect((await box.data(["show", "__proto__"])).title).toBe("__proto__");
  });

  it("lets no line say that it belongs to another session", async () => {
    const box = sandbox();
    const { session } = await box.data(["append", "s", "--create", "--type", "x"]);
    await box.run(["append", "s", "-"], {
      input: '{"type":"x","data":{},"session":"sess_0190a000-0000-7000-8000-000000000000"}\n',
    });
    const events = await box.events("s");
    expect(new Set(events.map((event) => event.session))).toEqual(new Set([session]));
  });

  it("makes one session when four processes make it at once", async () => {
    const box = sandbox();
    const ran = await Promise.all(
      [0, 1, 2, 3].map((n) =>
        box.run(["append", "race", "-", "--create", "--json"], {
          input: Array.from({ length: 25 }, (_, k) => line(100 * n + k)).join(""),
        }),
      ),
    );
    for (const { code, err } of ran) expect([code, err]).toEqual([0, ""]);
    const events = await box.events("race");
    expect(events.filter(({ type }) => type === "session.started").map(({ seq }) => seq)).toEqual([0]);
    expect(events).toHaveLength(101);
    const acknowledged = ran.flatMap(({ out }) => acks(out)).map(({ id }) => id);
    expect(acknowledged).toHaveLength(100);
    expect(new Set(acknowledged)).toEqual(new Set(events.slice(1).map(({ id }) => id)));
    expect((await box.data(["ls"])).sessions).toHaveLength(1);
  });

  it("has every event that it acknowledged when it is killed in the middle [EL-5]", async () => {
    const box = sandbox();
    for (let round = 0; round < 3; round++) {
      const running = box.start(["append", "s", "-", "--create", "--json"]);
      let n = 0;
      const feed = (): void => {
        while (running.process.stdin.writable && running.process.stdin.write(line(n++)));
      };
      running.process.stdin.on("drain", feed);
      feed();
      await running.until((out) => out.length > 20_000);
      running.process.kill("SIGKILL");
      const { out } = await running.over;
      const acknowledged = acks(out.slice(0, out.lastIndexOf("\n")));
      const stored = new Map((await box.events("s")).map(({ seq, id }) => [id, seq]));
      expect(acknowledged.length).toBeGreaterThan(100);
      expect(acknowledged.filter(({ seq, id }) => stored.get(id) !== seq)).toEqual([]);
    }
    expect((await box.data(["verify"])).ok).toBe(true);
  });

  it("makes no session for an event that it refuses", async () => {
    const box = sandbox();
    const deep = `${'{"a":'.repeat(100)}1${"}".repeat(100)}`;
    for (const args of [
      ["--type", ""],
      ["--type", "x", "--data", deep],
    ]) {
      const before = treeOf(box.store);
      const { code, err } = await box.run(["append", "new", "--create", ...args]);
      expect([code, err.match(/\n/g)?.length]).toEqual([2, 1]);
      expect(treeOf(box.store)).toEqual(before);
    }
  });

  it("refuses an empty name", async () => {
    const box = sandbox();
    for (const name of ["", "  "]) expect((await box.run(["append", name, "--create", "--type", "x"])).code).toBe(2);
    expect(treeOf(box.store)).toEqual({});
  });
});
