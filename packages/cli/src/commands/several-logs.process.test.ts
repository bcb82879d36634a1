import { appendFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Sandbox, sandbox } from "../testing/agentlog.js";
import { found, made } from "../testing/work-items.js";

/** "one" is part of "two". */
async function merged(): Promise<{ box: Sandbox; one: string; two: string; short: (id: string) => string }> {
  const box = sandbox();
  const [one, two] = [await made(box, "one"), await made(box, "two")];
  expect((await box.run(["merge", "one", "two"])).code).toBe(0);
  return { box, one, two, short: (id) => id.slice(5, 18) };
}

describe("a session with two logs", () => {
  it("is one in every list, and still found by what its parts were called", async () => {
    const { box, one, two } = await merged();
    expect(await found(box)).toEqual([two]);
    expect((await box.data(["ls"])).sessions).toMatchObject([{ id: two, events: 4 }]);
    for (const name of ["one", "two", one, two, one.slice(5, 20), two.slice(5)])
      expect((await box.data(["show", name])).id, name).toBe(two);
    expect((await box.data(["tree", "one"])).rows).toMatchObject([{ depth: 0, session: { session: two } }]);
  });

  it("is shown whole", async () => {
    const { box, one, two } = await merged();
    const data = await box.data(["show", "one"]);
    expect(data).toMatchObject({ id: two, events: 4, logs: [{ session: two }, { session: one }] });
    const { out } = await box.run(["show", "one"]);
    expect(out).toMatch(new RegExp(`merged in +${one}\\n`));
    expect(out).toMatch(/events +4 in \d/);
    for (const { path, head } of data.logs) expect(out).toContain(`${path}\nhead        ${head.seq}:${head.hash}`);
  });

  it("has the events of both, and each line says of which log its number is", async () => {
    const { box, one, two, short } = await merged();
    const { events, logs } = await box.data(["log", "one"]);
    expect(logs).toEqual([two, one]);
    expect(events.map(({ session, seq }: any) => [session, seq])).toEqual([
      [two, 0],
      [two, 1],
      [one, 0],
      [one, 1],
    ]);
    const ran = await box.run(["log", "one"]);
    const starts = [two, two, one, one].map((id, at) =>
      expect.stringMatching(new RegExp(`^${short(id)} +#${at % 2} `)),
    );
    expect([ran.code, ran.err, ran.out.trimEnd().split("\n")]).toEqual([0, "", starts]);
    expect((await box.run(["log", "one", "--count"])).out).toBe("4\n");
    expect((await box.run(["log", "one", "--from", "1", "--count"])).out).toBe("2\n");
  });

  it("ends with the last events of both by their times", async () => {
    const { box, one, two, short } = await merged();
    await box.run(["append", one, "--type", "later.still"]);
    const { out } = await box.run(["tail", "one", "-n", "3"]);
    expect(out.trimEnd().split("\n")).toEqual([
      expect.stringMatching(new RegExp(`^${short(two)} +#0 `)),
      expect.stringMatching(new RegExp(`^${short(two)} +#1 `)),
      expect.stringMatching(new RegExp(`^${short(two)} +#2 .*later.still`)),
    ]);
    expect((await box.run(["tail", "--latest", "-n", "3"])).out).toBe(out);
    const tail = box.start(["tail", "one", "-f", "--json"]);
    await tail.until(/later\.still/);
    await box.run(["append", "two", "--type", "even.later"]);
    await tail.until(/even\.later/);
    tail.process.kill("SIGINT");
    expect((await tail.over).code).toBe(0);
  });

  it("is verified and repaired in both", async () => {
    const { box, one, two } = await merged();
    const { logs } = await box.data(["show", "one"]);
    appendFileSync(logs[1].path, "damage\n");
    const verified = await box.run(["verify", "two"]);
    expect([verified.code, verified.out]).toEqual([
      1,
      expect.stringMatching(new RegExp(`${two}  whole[^]*${one}  damaged`)),
    ]);
    const read = await box.run(["log", "two", "--count"]);
    expect([read.out, read.err]).toEqual(["4\n", expect.stringMatching(/1 damaged place/)]);
    expect(await box.data(["repair", "one"])).toMatchObject({
      session: two,
      logs: [
        { log: two, changed: false },
        { log: one, changed: true, events: 2 },
      ],
    });
    expect(await box.data(["verify", "one"])).toMatchObject({ ok: true, logs: [{ session: two }, { session: one }] });
  });

  it("is two again after a split, named by any of its names", async () => {
    for (const part of ["one", "id", "prefix"]) {
      const { box, one, two } = await merged();
      const name = part === "id" ? one : part === "prefix" ? one.slice(5, 14) : "one";
      expect(await box.data(["split", "two", name]), part).toMatchObject({ session: two, changed: true });
      expect((await found(box)).toSorted()).toEqual([one, two].toSorted());
      expect((await box.data(["show", "one"])).id).toBe(one);
      expect((await box.data(["log", "two"])).logs).toEqual([two]);
    }
  });
});
