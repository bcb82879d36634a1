import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sandbox } from "../testing/agentlog.js";
import { expectRefusal } from "../testing/refusal.js";
import { treeOf } from "../testing/tree.js";
import { found, made } from "../testing/work-items.js";

const ids = ["sess_0190a000-0000-7000-8000-000000000001", "sess_0190a000-0000-7000-8000-000000000002"] as const;

/** What every command takes that takes a session. */
const onSession = (session: string): readonly (readonly string[])[] => [
  ["show", session],
  ["log", session],
  ["tail", session],
  ["verify", session],
  ["repair", session],
  ["tree", session],
  ["alias", session, "x"],
  ["link", session, "--task", "x"],
  ["unlink", session, "--task", "x"],
  ["parent", session, "--clear"],
  ["close", session],
  ["reopen", session],
  ["merge", session, "other"],
  ["split", session, "x"],
  ["unbind", session, "x"],
  ["append", session, "--type", "x.y"],
];

describe("a session's name", () => {
  it("that fits several is refused by every command, which lists them and changes nothing", async () => {
    const box = sandbox();
    for (const id of ids) await made(box, id);
    await made(box, "other");
    await box.run(["find"]);
    const before = treeOf(box.store);
    for (const args of onSession("0190a000")) expectRefusal(await box.run(args), 1, /2 sessions begin with "0190a000"/);
    expectRefusal(await box.run(["merge", "other", "0190a000"]), 1, /2 sessions begin/);
    expectRefusal(await box.run(["parent", "other", "0190a000"]), 1, /2 sessions begin/);
    expect(treeOf(box.store)).toEqual(before);
  });

  it("that nothing has is refused by every command", async () => {
    const box = sandbox();
    await made(box, "other");
    await box.run(["find"]);
    const before = treeOf(box.store);
    for (const args of onSession("nobody")) expectRefusal(await box.run(args), 1, /no session/);
    expect(treeOf(box.store)).toEqual(before);
  });

  it("may be an alias that looks like the beginning of another's id: the alias counts", async () => {
    const box = sandbox();
    for (const id of ids) await made(box, id);
    const other = await made(box, "other");
    for (const alias of ["0190a000", "0190a000-0000-7000-8000-000000000001", "-rf", "..", "ünïcödé 漢字"]) {
      expect((await box.run(["alias", "--", "other", alias])).code, alias).toBe(0);
      const { code, out } = await box.run(["--json", "show", "--", alias]);
      expect([code, JSON.parse(out).data.id], alias).toEqual([0, other]);
    }
    expect((await box.data(["show", ids[0]])).id).toBe(ids[0]);
  });

  it("may be the id that its agent has for it", async () => {
    const box = sandbox();
    const payload = {
      session_id: "7c9e6679-7425-40de-944b-e07fc1f90ae7",
      hook_event_name: "SessionStart",
      cwd: box.work,
    };
    await box.run(["hook", "claude"], { input: JSON.stringify({ ...payload, source: "startup" }) });
    await box.run(["hook", "claude"], {
      input: JSON.stringify({ ...payload, hook_event_name: "UserPromptSubmit", prompt: "hello there" }),
    });
    const [id] = await found(box);
    expect((await box.data(["show", payload.session_id])).id).toBe(id);
    expect((await box.run(["log", payload.session_id])).out).toContain("hello there");

    const dry = await box.run(["unbind", id!, "7c9e", "--dry-run"]);
    expect(dry.out).toMatch(/: unbound \(dry run: nothing was changed\)\n$/);
    expect((await box.data(["show", id!])).registry.natives).toHaveLength(1);
    expect(await box.data(["unbind", id!, "7c9e"])).toMatchObject({ changed: true, record: { natives: [] } });
    expectRefusal(await box.run(["show", payload.session_id]), 1, /no session/);
  });

  it("of a session that was made by name is no other's alias", async () => {
    const box = sandbox();
    await made(box, "nightly");
    const other = await made(box, "other");
    expectRefusal(await box.run(["alias", "other", "nightly"]), 1, /made by that name/);
    expect((await box.run(["alias", "other", "other"])).code).toBe(0);
    expect((await box.data(["show", "other"])).id).toBe(other);
  });
});

describe("a session that is appended to", () => {
  it("after the registry has missed it is told to the registry", async () => {
    const box = sandbox();
    await made(box, "other");
    const registry = join(box.store, "registry", "events.jsonl");
    const before = readFileSync(registry);
    const id = await made(box, "job");
    writeFileSync(registry, before);
    expect(await found(box, "job")).toEqual([]);
    await box.run(["append", "job", "--type", "x.y"]);
    expect(await found(box, "job")).toEqual([id]);
  });
});
