import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { countingDisk, everyFault, faultyDisk } from "@agentlog/durable-fs/testing";
import * as fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { derivedSession, openBindings, type Bindings, type BindingsOptions } from "../index.js";

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const open = (options: Partial<BindingsOptions> = {}): Bindings =>
  openBindings({ file: join(dir, "bindings.json"), quarantineDirectory: join(dir, "quarantine"), ...options });

const DAY = 86_400_000;

describe("bindings", () => {
  it("give the same conversation the same session, in every process", async () => {
    expect(await open().get("room", "agent")).toBeUndefined();
    expect(existsSync(join(dir, "bindings.json"))).toBe(false);
    const made = await open({ now: () => 0 }).bind("room", "agent", "native-1");
    expect(made).toEqual({
      room: "room",
      agent: "agent",
      session: "native-1",
      bound: "1970-01-01T00:00:00.000Z",
      used: "1970-01-01T00:00:00.000Z",
      created: true,
    });
    expect((await open().get("room", "agent"))?.session).toBe("native-1");
    expect(statSync(join(dir, "bindings.json")).mode & 0o777).toBe(0o600);
    expect(readdirSync(dir)).toEqual(["bindings.json"]);
  });

  it("keep the first of several that bind at once, and tell all of them which", async () => {
    const results = await Promise.all(Array.from({ length: 20 }, async (_, n) => await open().bind("r", "a", `s${n}`)));
    expect(new Set(results.map(({ session }) => session)).size).toBe(1);
    expect(results.filter(({ created }) => created)).toHaveLength(1);
    expect((await open().bind("r", "a", "other", { replace: true })).session).toBe("other");
    await expect(open().bind("r", "a", "")).rejects.toMatchObject({ code: "USAGE" });
  });

  it("derive the session nobody named, so that a lost file comes back the same", async () => {
    const { session } = await open().bind("r", "a");
    expect(session).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    rmSync(join(dir, "bindings.json"));
    expect((await open().bind("r", "a")).session).toBe(session);
    expect(derivedSession("r", "a")).toBe(session);
    const others = [
      ["a", "r"],
      ["r", ""],
      ["", "ra"],
      ["ra", ""],
      ['r","a', ""],
    ].map(([room = "", agent = ""]) => derivedSession(room, agent));
    expect(new Set([session, ...others]).size).toBe(6);
  });

  it("note their uses, and remove what was not used for long; rooms left empty vanish", async () => {
    let now = 100 * DAY;
    const bindings = open({ now: () => now });
    await bindings.bind("old", "a", "1");
    await bindings.bind("kept", "a", "2");
    await bindings.bind("kept", "b", "3");
    now += 8 * DAY;
    expect((await bindings.touch("kept", "b"))?.used).toBe(new Date(now).toISOString());
    expect(await bindings.touch("none", "b")).toBeUndefined();
    now -= 20 * DAY;
    expect((await bindings.touch("kept", "b"))?.used).toBe(new Date(108 * DAY).toISOString());
    now += 20 * DAY;
    const pairs = (list: readonly { room: string; agent: string }[]): string[] =>
      list.map(({ room, agent }) => `${room}/${agent}`);
    expect(pairs(await bindings.list())).toEqual(["kept/b", "kept/a", "old/a"]);
    expect(pairs(await bindings.list({ room: "kept" }))).toEqual(["kept/b", "kept/a"]);
    expect(pairs(await bindings.removeStale({ olderThan: 7 * DAY, dryRun: true }))).toEqual(["kept/a", "old/a"]);
    expect(await bindings.list()).toHaveLength(3);
    expect(pairs(await bindings.removeStale({ olderThan: 7 * DAY }))).toEqual(["kept/a", "old/a"]);
    expect(pairs(await bindings.list())).toEqual(["kept/b"]);
    expect(readFileSync(bindings.path, "utf8")).not.toContain("old");
    expect(await bindings.unbind("kept", "b")).toBe(true);
    expect(await bindings.unbind("kept", "b")).toBe(false);
    for (const olderThan of [-1, Number.NaN])
      await expect(bindings.removeStale({ olderThan })).rejects.toMatchObject({ code: "USAGE" });
  });

  it.each([
    ["cut short", (text: string) => text.slice(0, 60)],
    ["emptied", () => ""],
    ["changed", (text: string) => text.replace("native", "nativE")],
    ["something else", () => '{"room":{"agent":"x"}}\n'],
  ])("that are %s are reported and never reset; setAside keeps them", async (_, damage) => {
    const bindings = open();
    await bindings.bind("r", "a", "native");
    const damaged = damage(readFileSync(bindings.path, "utf8"));
    writeFileSync(bindings.path, damaged);
    const error = { code: "CORRUPT_SNAPSHOT", path: bindings.path };
    for (const call of [
      bindings.get("r", "a"),
      bindings.list(),
      bindings.bind("r", "a"),
      bindings.touch("r", "a"),
      bindings.unbind("r", "a"),
      bindings.removeStale({ olderThan: 0 }),
    ]) {
      await expect(call).rejects.toMatchObject(error);
    }
    expect(readFileSync(bindings.path, "utf8")).toBe(damaged);
    const copy = await bindings.setAside();
    expect(readFileSync(copy!, "utf8")).toBe(damaged);
    expect(await bindings.list()).toEqual([]);
    expect(await bindings.setAside()).toBeUndefined();
  });

  it("survive each failing call: what was bound before is there, and what was acknowledged too", async () => {
    const disk = countingDisk();
    await open().bind("r", "before", "1");
    await open({ disk }).bind("r", "new", "2");
    for (const fault of everyFault(disk, ["EIO", "ENOSPC"])) {
      rmSync(dir, { recursive: true });
      await open().bind("r", "before", "1");
      const label = `${fault.method} #${fault.call} ${fault.errno}`;
      const bound = await open({ disk: faultyDisk([fault]) })
        .bind("r", "new", "2")
        .catch((error: unknown) => {
          expect(error, label).toMatchObject({ name: "AgentlogError" });
          return undefined;
        });
      expect((await open().get("r", "before"))?.session, label).toBe("1");
      if (bound !== undefined) expect((await open().get("r", "new"))?.session, label).toBe("2");
      await open().bind("r", "next", "3");
    }
  });

  it("take any strings for room and agent, as a map of pairs would", async () => {
    const name = fc.oneof(
      fc.constantFrom("", "__proto__", "constructor", "toString", "a", "b"),
      fc.string({ unit: "binary", maxLength: 5 }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.boolean(), name, name), { maxLength: 8 }), async (steps) => {
        rmSync(dir, { recursive: true, force: true });
        const bindings = open();
        const model = new Map<string, string>();
        for (const [n, [bind, room, agent]] of steps.entries()) {
          const pair = JSON.stringify([room, agent]);
          if (bind) {
            const { session, created } = await bindings.bind(room, agent, String(n));
            expect([session, created]).toEqual([model.get(pair) ?? String(n), !model.has(pair)]);
            if (created) model.set(pair, session);
          } else expect(await bindings.unbind(room, agent)).toBe(model.delete(pair));
        }
        const listed = (await bindings.list()).map(({ room, agent, session }) => [
          JSON.stringify([room, agent]),
          session,
        ]);
        expect(listed.toSorted()).toEqual([...model].toSorted());
      }),
      { numRuns: 60 },
    );
  });
});
