import { describe, expect, it } from "vitest";
import { type Sandbox, sandbox } from "../testing/agentlog.js";
import { firstUnsafe } from "../testing/printable.js";
import { expectRefusal } from "../testing/refusal.js";
import { treeOf } from "../testing/tree.js";
import { found, made } from "../testing/work-items.js";

/** A store with two sessions, "one" and "two". */
async function two(): Promise<{ box: Sandbox; one: string; two: string }> {
  const box = sandbox();
  return { box, one: await made(box, "one"), two: await made(box, "two") };
}

/** Every change with what it says and what the record has afterwards; `prepare` comes first. */
const CHANGES: readonly {
  readonly args: readonly string[];
  readonly prepare?: readonly (readonly string[])[];
  readonly words: RegExp;
  readonly record: object;
}[] = [
  { args: ["alias", "one", "first"], words: /: alias first$/, record: { alias: "first" } },
  {
    args: ["alias", "one", "--clear"],
    prepare: [["alias", "one", "first"]],
    words: /: no alias any more$/,
    record: { title: "one" },
  },
  {
    args: ["link", "one", "--task", "T-1", "--task", "T-2", "--project", "core"],
    words: /: linked to T-1, T-2, core$/,
    record: { tasks: ["T-1", "T-2"], projects: ["core"] },
  },
  {
    args: ["unlink", "one", "--task", "T-1"],
    prepare: [["link", "one", "--task", "T-1", "--task", "T-2"]],
    words: /: unlinked from T-1$/,
    record: { tasks: ["T-2"] },
  },
  { args: ["parent", "one", "two"], words: /: parent set$/, record: { parent: { kind: "manual", by: "person" } } },
  {
    args: ["parent", "one", "--clear"],
    prepare: [["parent", "one", "two"]],
    words: /: no parent any more$/,
    record: { parentless: true },
  },
  {
    args: ["close", "one", "--outcome", "blocked", "--reason", "no access"],
    words: /: closed as blocked$/,
    record: { outcome: "blocked", closedReason: "no access" },
  },
  { args: ["reopen", "one"], prepare: [["close", "one"]], words: /: open again$/, record: { outcome: "open" } },
  { args: ["merge", "one", "two"], words: /: part of session [0-9a-f-]{13}$/, record: { title: "two" } },
  {
    args: ["split", "two", "one"],
    prepare: [["merge", "one", "two"]],
    words: /: one is a session of its own again$/,
    record: { title: "two" },
  },
];

describe("a change that a person makes", () => {
  it.each(CHANGES)("$args is foreseen by --dry-run, made, and said in words and as an envelope", async (change) => {
    const { args, prepare = [], words, record } = change;
    const { box } = await two();
    for (const first of prepare) expect((await box.run(first)).code).toBe(0);
    await box.run(["find"]);
    const before = treeOf(box.store);
    const dry = await box.run([...args, "--dry-run"]);
    const [foreseen, mark] = dry.out.trimEnd().split(" (");
    expect([dry.code, dry.err, mark]).toEqual([0, "", "dry run: nothing was changed)"]);
    const { code, out, err } = await box.run([...args, "--dry-run", "--json"]);
    expect([code, err]).toEqual([0, ""]);
    const session = expect.stringMatching(/^sess_/);
    const data = { dryRun: true, changed: true, session, record };
    expect(JSON.parse(out)).toMatchObject({ agentlog: 1, command: args[0], ok: true, data });
    expect(treeOf(box.store)).toEqual(before);

    const ran = await box.run(args);
    expect([ran.code, ran.err, firstUnsafe(ran.stdout), ran.out]).toEqual([0, "", undefined, `${foreseen}\n`]);
    expect(foreseen).toMatch(/^session [0-9a-f-]{13}: [^\n]+$/);
    expect(foreseen).toMatch(words);
    const at = args[0] === "merge" || args[0] === "split" ? "two" : "one";
    expect((await box.data(["show", at])).registry).toMatchObject(record);
    if (args[0] === "split") return;
    expect(await box.run(args)).toMatchObject({ code: 0, out: expect.stringMatching(/nothing to change\n$/) });
  });

  it.each([
    ["sweep", "--idle-days", "0", "--archive-days", "0"],
    ["repair", "one"],
    ["repair", "--registry"],
  ])("%s with --dry-run changes no file", async (...args) => {
    const { box } = await two();
    await box.run(["find"]);
    const before = treeOf(box.store);
    expect(await box.data([...args, "--dry-run"])).toMatchObject({ dryRun: true });
    expect(treeOf(box.store)).toEqual(before);
  });

  it("sweep marks what is quiet, and what goes on is active again", async () => {
    const { box, one } = await two();
    expect(await box.data(["sweep", "--idle-days", "0", "--archive-days", "9"])).toMatchObject({ archived: [] });
    expect(await found(box, "--state", "idle")).toContain(one);
    expect((await box.run(["sweep"])).out).toMatch(/^0 sessions are now idle, 0 archived\n/);
    await box.run(["reopen", "one"]);
    expect(await found(box, "--state", "active")).toEqual([one]);
  });
});

/** Command lines that cannot be followed, with their exit codes and what is said. */
const REFUSED: readonly (readonly [readonly string[], number, RegExp])[] = [
  [["alias", "one", "two"], 1, /made by that name/],
  [["alias", "one", "sess_x"], 2, /looks like a session id/],
  [["alias", "one", ""], 2, /empty/],
  [["alias", "one", "x".repeat(201)], 2, /over 200/],
  [["alias", "one", "a\u001b[2Jb"], 2, /control/],
  [["alias", "one"], 2, /--clear/],
  [["alias", "one", "x", "--clear"], 2, /--clear/],
  [["link", "one"], 2, /task or a project/],
  [["link", "one", "--task", "x\u0007y"], 2, /control/],
  [["parent", "one", "one"], 1, /own parent/],
  [["parent", "one"], 2, /--clear/],
  [["parent", "one", "nobody"], 1, /no session/],
  [["close", "one", "--outcome", "open"], 2, /--outcome/],
  [["close", "one", "--reason", ""], 2, /reason/],
  [["merge", "one", "nobody"], 1, /no session/],
  [["split", "one", "two"], 1, /no part "two"/],
  [["split", "one", ""], 1, /no part ""/],
  [["unbind", "one", "x"], 1, /no part "x"/],
  [["sweep", "--idle-days", "9", "--archive-days", "3"], 2, /archiv/],
  [["sweep", "--idle-days", "x"], 2, /--idle-days/],
  [["repair"], 2, /--registry/],
  [["repair", "one", "--registry"], 2, /--registry/],
  [["find", "--since", "yesterday"], 2, /--since/],
  [["find", "--since", "999999w"], 2, /since/],
  [["find", "--until", "2026-13-40"], 2, /--until/],
  [["find", "--state", "asleep"], 2, /--state/],
  [["find", "--outcome", "great"], 2, /--outcome/],
  [["find", "--limit", "x"], 2, /--limit/],
  [["tree", "nobody"], 1, /no session/],
];

describe("a change that cannot be made", () => {
  it("is one line and its exit code, and changes nothing", async () => {
    const { box } = await two();
    await box.run(["find"]);
    const before = treeOf(box.store);
    for (const [args, code, words] of REFUSED) {
      expectRefusal(await box.run(args), code, words);
      const { out } = await box.run([...args, "--json"]);
      expect(JSON.parse(out)).toMatchObject({ agentlog: 1, ok: false, error: { code: expect.any(String) } });
    }
    expect(treeOf(box.store)).toEqual(before);
  });

  it("says which cycle a parent would close, and which session has an alias", async () => {
    const { box, one, two: other } = await two();
    await box.run(["parent", "one", "two"]);
    expectRefusal(await box.run(["parent", "two", "one"]), 1, new RegExp(`${one} came from ${other}`));
    await box.run(["alias", "one", "mine"]);
    expectRefusal(await box.run(["alias", "two", "mine"]), 1, new RegExp(one));
    const { out } = await box.run(["alias", "two", "mine", "--json"]);
    expect(JSON.parse(out).error).toMatchObject({ code: "ALIAS_TAKEN", session: one });
  });

  it("is the same for a store that is not there, and makes none", async () => {
    const box = sandbox();
    for (const args of [...CHANGES.map((change) => change.args), ["sweep"], ["rebuild"], ["find"], ["tree"]])
      expectRefusal(await box.run(args), 1, /no store/);
    expect(treeOf(box.store)).toEqual({});
  });
});
