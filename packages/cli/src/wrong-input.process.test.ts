import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Sandbox, sandbox } from "./testing/agentlog.js";
import { filled } from "./testing/filled.js";
import { expectRefusal } from "./testing/refusal.js";
import { treeOf } from "./testing/tree.js";

const isRoot = process.geteuid?.() === 0;

/** Every command that takes a session, with that session. */
const onSession = (session: string): readonly (readonly string[])[] => [
  ["show", "--", session],
  ["log", "--", session],
  ["log", "--count", "--", session],
  ["tail", "--", session],
  ["tail", "-f", "--", session],
  ["verify", "--", session],
  ["repair", "--", session],
  ["repair", "--dry-run", "--", session],
  ["append", "--type", "x", "--", session],
];

const HOSTILE: readonly string[] = [
  "nope",
  "../x",
  "..",
  "..%2f",
  "/etc/passwd",
  "..\\x",
  "C:\\x",
  "-rf",
  "--help",
  "__proto__",
  "constructor",
  "CON",
  "nul.jsonl",
  "x:stream",
  "",
  " ",
  "sess_",
  "sess_*",
  "~",
  "$HOME",
  "a\nb",
  "\u001b]0;x\u0007",
  "\u202egpj",
  "💣",
  "é".normalize("NFD"),
  "．．／",
  "x".repeat(10_000),
];

describe("a session that is not there", () => {
  it("[H-82] is one line and exit code 1 for every command, whatever it is called, and changes nothing", async () => {
    const { box } = await filled();
    const before = treeOf(box.dir);
    // Each name with one command, and every command with some names: all pairs would only take longer.
    for (const [index, name] of HOSTILE.entries()) {
      const commands = onSession(name);
      const some = commands.filter((_, n) => index === 0 || n % 4 === index % 4);
      for (const args of some) expectRefusal(await box.run(args), 1, /no session begins with|no session/);
    }
    expect(treeOf(box.dir)).toEqual(before);
  });

  it("is one of several that begin so: they are listed", async () => {
    const box = sandbox();
    const ids = ["sess_0190a000-0000-7000-8000-000000000001", "sess_0190a000-0000-7000-8000-000000000002"];
    for (const id of ids) expect((await box.run(["append", id, "--create", "--type", "x"])).code).toBe(0);
    const before = treeOf(box.store);
    for (const args of onSession("0190a000")) {
      const ran = await box.run(args);
      expectRefusal(ran, 1, /2 sessions begin with "0190a000"/);
      for (const id of ids) expect(ran.err).toContain(id);
    }
    const { out } = await box.run(["show", "0190a000", "--json"]);
    expect(JSON.parse(out)).toMatchObject({ ok: false, error: { code: "AMBIGUOUS_ID", matches: ids, total: 2 } });
    expect(treeOf(box.store)).toEqual(before);
  });
});

describe("a store that is not one", () => {
  const commands = [
    [],
    ["ls"],
    ["where"],
    ["show", "s"],
    ["tail", "--latest"],
    ["verify"],
    ["repair", "s"],
    ["append", "n", "--create", "--type", "x"],
    ["run", "--", "true"],
    ["import"],
    ["init"],
  ];

  const spoilt: readonly (readonly [string, (box: Sandbox) => void, RegExp])[] = [
    ["a file in its place", ({ store }) => (rmSync(store, { recursive: true }), writeFileSync(store, "x")), /store/],
    ["a link to it", ({ store }) => (renameSync(store, `${store}.real`), symlinkSync(`${store}.real`, store)), /link/],
    ["a damaged store.json", ({ store }) => writeFileSync(join(store, "store.json"), '{"format":'), /store\.json/],
    ["a store.json of NULs", ({ store }) => writeFileSync(join(store, "store.json"), "\0".repeat(100)), /store\.json/],
    [
      "a newer format",
      ({ store }) => writeFileSync(join(store, "store.json"), '{"format":2,"lock":"directory"}'),
      /format|version|newer/,
    ],
    [
      "a directory for store.json",
      ({ store }) => (rmSync(join(store, "store.json")), mkdirSync(join(store, "store.json"))),
      /store\.json/,
    ],
    ["others that may write to it", ({ store }) => chmodSync(store, 0o777), /others|mode|writ/],
    ...(isRoot
      ? [["another owner", ({ store }: Sandbox) => chownSync(store, 65_534, 65_534), /user|owner/] as const]
      : []),
  ];

  it.each(spoilt)(
    "[H-86] because of %s is one line and exit code 3 for every command, and changes nothing",
    async (_name, spoil, words) => {
      const { box } = await filled();
      spoil(box);
      const before = treeOf(box.dir);
      for (const args of commands) {
        const ran = await box.run([...(args[0] === "init" ? ["--store", box.store] : []), ...args]);
        expectRefusal(ran, 3, words);
      }
      expect(treeOf(box.dir)).toEqual(before);
    },
  );
});

describe("a session's log that is none", () => {
  const asking = [
    ["show", "s"],
    ["log", "s"],
    ["tail", "s"],
    ["tail", "s", "-f"],
    ["repair", "s"],
    ["append", "s", "--type", "x"],
  ];

  const spoilt: readonly (readonly [string, (file: string, box: Sandbox) => void])[] = [
    ["a directory", (file) => (rmSync(file), mkdirSync(file))],
    [
      "a link to another file",
      (file, { dir }) => (renameSync(file, join(dir, "elsewhere")), symlinkSync(join(dir, "elsewhere"), file)),
    ],
    ["a link to nothing", (file) => (rmSync(file), symlinkSync("/nowhere/at/all", file))],
    ["a pipe", (file) => (rmSync(file), void spawnSync("mkfifo", [file]))],
    [
      "in a folder that is a link",
      (file, { dir }) => (renameSync(dirname(file), join(dir, "real")), symlinkSync(join(dir, "real"), dirname(file))),
    ],
  ];

  const foreign: typeof spoilt = [
    ["nothing but NULs", (file) => writeFileSync(file, "\0".repeat(5_000))],
    ["lines of NULs", (file) => writeFileSync(file, `${"\0".repeat(2_000)}\n`.repeat(3))],
    ["another text", (file) => writeFileSync(file, "dear diary\nnothing happened\n")],
    ["in UTF-16", (file) => writeFileSync(file, Buffer.from(`\ufeff${readFileSync(file, "utf8")}`, "utf16le"))],
  ];

  /** What is wrong with one session is told and hides no other. */
  const expectOthersListed = async (box: Sandbox, [bad = "", good = ""]: readonly string[]): Promise<void> => {
    const verified = await box.run(["verify"]);
    expect([verified.code, verified.err], verified.out).toEqual([1, ""]);
    expect(verified.out).toContain(bad);
    for (const args of [["ls"], []]) {
      const { code, out, err } = await box.run(args);
      expect([code, out], err).toEqual([0, expect.stringContaining(good.slice(5, 18))]);
      expect(err).toMatch(/^cannot read sess_.*\n$/);
    }
  };

  it.each(foreign)("because it is %s is never taken for an empty session", async (_name, spoil) => {
    const { box, file, ids } = await filled();
    spoil(file, box);
    const before = treeOf(box.dir);
    for (const args of [
      ["show", "s"],
      ["tail", "s"],
      ["append", "s", "--type", "x"],
      ["append", "s", "--create", "--type", "x"],
    ])
      expectRefusal(await box.run(args), 3, /events\.jsonl is not an event log/);
    expect((await box.run(["repair", "s", "--dry-run"])).out).toMatch(/would keep 0 events, set aside \d+ bytes/);
    expect((await box.run(["log", "s"])).err, "log says nothing").toMatch(/^[^\n]+\n$/);
    await expectOthersListed(box, ids);
    expect(treeOf(box.dir)).toEqual(before);
  });

  it.each(spoilt)("because it is %s is told in one line, hangs nothing, and changes nothing", async (_name, spoil) => {
    const { box, file, ids } = await filled();
    spoil(file, box);
    const before = treeOf(box.dir);
    for (const args of asking) expectRefusal(await box.run(args), 3, /events\.jsonl|sess_/);
    expect(treeOf(box.dir)).toEqual(before);
    await expectOthersListed(box, ids);
    expect(treeOf(box.dir)).toEqual(before);
  });
});
