import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sandbox } from "../testing/agentlog.js";
import { expectRefusal } from "../testing/refusal.js";

describe("agentlog snapshot", () => {
  it("keeps a document: put, get, history, ls, rm", async () => {
    const box = sandbox();
    const document = '{"agentId":"a","text":"\\u001b[31mred","n":[1,null]}';
    expect(await box.data(["snapshot", "put", "my/key"], { input: document })).toMatchObject({
      key: "my/key",
      version: 1,
      owner: "a",
    });
    expect(await box.run(["snapshot", "get", "my/key"])).toMatchObject({ code: 0, err: "", out: `${document}\n` });
    expect((await box.run(["snapshot", "put", "my/key", "--if-version", "1"], { input: '{"n":2}' })).code).toBe(0);
    expect(await box.data(["snapshot", "get", "my/key", "--version", "1"])).toMatchObject({
      version: 1,
      document: { agentId: "a" },
    });
    expect(
      (await box.data(["snapshot", "history", "my/key"])).versions.map(({ version }: { version: number }) => version),
    ).toEqual([2, 1]);
    await box.run(["snapshot", "put", "other"], { input: '{"agentId":"b"}' });
    const listed = await box.data(["snapshot", "ls", "--limit", "1"]);
    expect(listed.snapshots.map(({ key }: { key: string }) => key)).toEqual(["other"]);
    expect((await box.data(["snapshot", "ls", "--cursor", listed.next])).snapshots).toMatchObject([{ key: "my/key" }]);
    expect((await box.data(["snapshot", "ls", "--owner", "b"])).snapshots).toHaveLength(1);
    expect((await box.run(["snapshot", "ls"])).out.split("\n")).toHaveLength(3);
    expect((await box.run(["snapshot", "rm", "my/key"])).code).toBe(0);
    expectRefusal(await box.run(["snapshot", "rm", "my/key"]), 1, /no snapshot/);
    expectRefusal(await box.run(["snapshot", "get", "my/key"]), 1, /no snapshot/);
    expectRefusal(await box.run(["snapshot", "history", "my/key"]), 1, /no snapshot/);
  });

  it("refuses another version with the actual one, and what is no JSON, and makes no store for it", async () => {
    const box = sandbox();
    expectRefusal(await box.run(["snapshot", "put", "k"], { input: "{secret" }), 2, /no JSON/);
    expectRefusal(await box.run(["snapshot", "get", "k"]), 1, /no store/);
    await box.run(["snapshot", "put", "k"], { input: "1" });
    expectRefusal(
      await box.run(["snapshot", "put", "k", "--if-version", "0"], { input: "2" }),
      1,
      /version 1 is there/,
    );
    expectRefusal(await box.run(["snapshot", "rm", "k", "--if-version", "7"]), 1, /version 1 is there/);
    for (const args of [
      ["fetch", "k"],
      ["get"],
      ["ls", "k"],
      ["toString", "k"],
      ["ls", "--limit", "0"],
      ["ls", "--cursor", "x"],
    ]) {
      expectRefusal(await box.run(["snapshot", ...args]), 2, /./);
    }
  });

  it("tells of a corrupt document in one line, lists the others, and keeps it aside when it is replaced", async () => {
    const box = sandbox();
    for (const key of ["bad", "good"]) await box.run(["snapshot", "put", key], { input: "{}" });
    const file = join(box.store, "snapshots", "bad", "document.json");
    writeFileSync(file, readFileSync(file).subarray(0, 20));
    expectRefusal(await box.run(["snapshot", "get", "bad"]), 1, /cannot be read/);
    const { snapshots, unreadable } = await box.data(["snapshot", "ls"]);
    expect([snapshots, unreadable]).toMatchObject([
      [{ key: "good" }],
      [{ key: "bad", error: { code: "CORRUPT_SNAPSHOT" } }],
    ]);
    expect((await box.run(["snapshot", "put", "bad"], { input: "{}" })).code).toBe(0);
    expect((await box.spawn("ls", [join(box.store, "quarantine")]).over).out).toMatch(/^snapshot-/);
  });
});

describe("agentlog binding", () => {
  it("gives the same conversation the same session: set, get, ls, rm", async () => {
    const box = sandbox();
    const { session } = await box.data(["binding", "set", "room", "__proto__"]);
    expect(session).toMatch(/^[0-9a-f-]{36}$/);
    expect((await box.run(["binding", "get", "room", "__proto__"])).out).toBe(`${session}\n`);
    expect(await box.data(["binding", "set", "", "a", "native-1"])).toMatchObject({
      session: "native-1",
      created: true,
    });
    const other = await box.run(["binding", "set", "", "a", "native-2"]);
    expect([other.code, other.out]).toEqual([1, "native-1\n"]);
    expect((await box.run(["binding", "set", "", "a", "native-2", "--replace"])).out).toBe("native-2\n");
    expect((await box.data(["binding", "ls"])).bindings).toHaveLength(2);
    expect((await box.data(["binding", "ls", "--room", ""])).bindings).toMatchObject([
      { room: "", session: "native-2" },
    ]);
    expect((await box.run(["binding", "rm", "", "a"])).code).toBe(0);
    expectRefusal(await box.run(["binding", "rm", "", "a"]), 1, /not bound/);
    expectRefusal(await box.run(["binding", "get", "", "a"]), 1, /not bound/);
    for (const args of [
      ["get", "room"],
      ["ls", "room"],
      ["drop"],
      ["gc"],
      ["gc", "--older-than", "soon"],
      ["set", "r", "a", ""],
    ]) {
      expectRefusal(await box.run(["binding", ...args]), 2, /./);
    }
  });

  it("removes what was not used for long, and says before what it would remove", async () => {
    const box = sandbox();
    await box.run(["binding", "set", "r", "a"]);
    expect(await box.data(["binding", "gc", "--older-than", "7d"])).toEqual({ dryRun: false, removed: [] });
    expect((await box.data(["binding", "gc", "--older-than", "0s", "--dry-run"])).removed).toHaveLength(1);
    expect((await box.data(["binding", "gc", "--older-than", "0s"])).removed).toMatchObject([
      { room: "r", agent: "a" },
    ]);
    expect((await box.data(["binding", "ls"])).bindings).toEqual([]);
  });
});
