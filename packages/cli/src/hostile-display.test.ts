import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openStore } from "@agentlog/durable-fs";
import { openRegistry } from "@agentlog/session-registry";
import { createSession, openSessionLog } from "@agentlog/session-writer";
import { fileSnapshotStore, openBindings } from "@agentlog/snapshot-store";
import { type NativeSessionId, newSessionId } from "@agentlog/types";
import stringWidth from "string-width";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { HOSTILE_TEXTS } from "./testing/hostile-texts.js";
import { answer, type Answered } from "./testing/in-process.js";
import { firstUnsafe } from "./testing/printable.js";

let dir: string;
let root: string;
const ids: string[] = [];

const run = (args: readonly string[], input?: string, columns?: number): Promise<Answered> =>
  answer(args, {
    cwd: dir,
    env: { HOME: dir, AGENTLOG_HOME: root, TERM: "xterm" },
    ...(input === undefined ? {} : { input }),
    ...(columns === undefined ? {} : { columns }),
  });

/** One store: each text is a session's title, prompt, name, branch, folder and all that an event can say. */
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), "agentlog-"));
  root = join(dir, "store");
  const store = openStore(root);
  await using registry = openRegistry(store);
  const documents = fileSnapshotStore<{ agentId: string }>({ directory: store.layout.snapshotsDir, durable: false });
  const bindings = openBindings({
    file: store.layout.bindings,
    quarantineDirectory: store.layout.quarantineDir,
  });
  for (const text of HOSTILE_TEXTS) {
    const short = text.slice(0, 500);
    const long = text.slice(0, 20_000);
    const id = newSessionId();
    const agent = short.slice(0, 60);
    const session = await createSession({
      store,
      id,
      name: text,
      agent,
      tags: { [short]: long },
      cwd: `/tmp/${short}`,
      model: long,
      command: [long, long],
      details: { branch: short, commit: short },
    });
    await session.message.sent({ role: "user", text });
    await session.tool.called({ callId: short, name: long, kind: "shell", input: { command: long } });
    await session.emit({ type: `x.${text.slice(0, 100)}`, data: { [short]: long } });
    await session.emit({ type: "step.started", data: { step: long } });
    await session.finish({ outcome: "failure", error: long });
    const at = new Date().toISOString();
    await registry.seen([
      {
        session: id,
        at,
        agent,
        native: `native ${short}` as NativeSessionId,
        title: text,
        prompt: text,
        git: { branch: short, head: short },
        cwd: `/tmp/${short}`,
      },
    ]);
    await documents.save(short, { agentId: short });
    await bindings.bind(short, short, short);
    ids.push(id);
  }
  // One session whose log is damaged, one that cannot be read, one that is in no registry.
  const [damaged, unreadable] = [newSessionId(), newSessionId()];
  await openSessionLog(store, damaged).append({ type: "session.started", data: { title: HOSTILE_TEXTS[0] } });
  writeFileSync(store.layout.session(damaged).events, `${HOSTILE_TEXTS.slice(0, 9).join("")}\n`, { flag: "a" });
  mkdirSync(store.layout.session(unreadable).events, { recursive: true });
  await documents.close();
}, 120_000);
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Every command that prints what others have written. */
const READING: readonly (readonly string[])[] = [
  [],
  ["ls", "--limit", "100"],
  ["find", "--limit", "100"],
  ["find", "gpj"],
  ["tree", "--limit", "100"],
  ["sweep", "--dry-run"],
  ["where"],
  ["verify"],
  ["doctor"],
  ["rebuild"],
  ["snapshot", "ls", "--limit", "100"],
  ["binding", "ls"],
  ["binding", "gc", "--older-than", "1h", "--dry-run"],
];
const OF_EACH: readonly string[] = ["show", "tree", "log", "tail"];
const OF_SOME: readonly (readonly string[])[] = [
  ["verify"],
  ["repair", "--dry-run"],
  ["parent", "--clear", "--dry-run"],
  ["close", "--dry-run"],
];

const named = (list: readonly (readonly string[])[]): readonly (readonly [string, readonly string[]])[] =>
  list.map((args) => [`agentlog ${args.join(" ")}`.trim(), args]);

/** No terminal would do anything but show it, and no line is longer than a screen takes. */
function expectShown({ out, err }: Answered, label: string): void {
  expect([firstUnsafe(Buffer.from(out)), firstUnsafe(Buffer.from(err))], label).toEqual([undefined, undefined]);
  for (const line of out.split("\n")) expect(stringWidth(line), label).toBeLessThan(1_000);
  expect(err, label).not.toContain("this is a bug");
}

describe("text from sessions on a terminal", () => {
  it.each(named(READING))("[H-77] [H-78] %s moves it by nothing", async (_name, args) => {
    const ran = await run(args);
    expect([0, 1], ran.err).toContain(ran.code);
    expect(ran.out).not.toBe("");
    expectShown(ran, args.join(" "));
    // On a terminal there are no other escapes than those of our own colours.
    const wide = await run([...args, "--no-color"], undefined, 80);
    expectShown(wide, args.join(" "));
    const coloured = await run(args, undefined, 80);
    // oxlint-disable-next-line no-control-regex -- our colours begin so
    expect(firstUnsafe(Buffer.from(coloured.out.replace(/\u001b\[[0-9;]*m/g, "")))).toBeUndefined();
  });

  it.each(OF_EACH)("[H-77] [H-78] agentlog %s, of each of the sessions, moves it by nothing", async (command) => {
    for (const [n, id] of ids.entries()) {
      const ran = await run([command, id]);
      const label = `${command} of ${JSON.stringify(HOSTILE_TEXTS[n]?.slice(0, 20))}`;
      expect(ran.code, `${label} ${ran.err}`).toBe(0);
      expectShown(ran, label);
    }
  });

  it.each(named(OF_SOME))(
    "[H-77] %s, of a session, moves it by nothing, and says the same in JSON",
    async (_name, args) => {
      const [command = "", ...flags] = args;
      for (const id of ids.slice(0, 2)) {
        expectShown(await run([command, id, ...flags]), command);
        const { out } = await run([command, id, ...flags, "--json"]);
        expect(firstUnsafe(Buffer.from(out))).toBeUndefined();
        expect(JSON.parse(out)).toMatchObject({ agentlog: 1, ok: true });
      }
    },
  );

  it("[H-78] titles are cut by the columns they take, marks and all", async () => {
    for (const args of [
      ["ls", "--limit", "100"],
      ["find", "--limit", "100"],
      ["tree", "--limit", "100"],
    ]) {
      for (const columns of [100, 140]) {
        const { out } = await run([...args, "--no-color"], undefined, columns);
        for (const line of out.split("\n")) {
          expect(stringWidth(line), `${args[0]} ${JSON.stringify(line.slice(0, 100))}`).toBeLessThanOrEqual(columns);
          expect(line.length).toBeLessThan(2_000);
        }
      }
    }
  });

  it("[H-77] what is appended on stdin is answered as safely", async () => {
    const events = HOSTILE_TEXTS.flatMap((text) => [
      { type: `x.${text.slice(0, 50)}`, data: { text } },
      { type: "", data: { text } },
      [text],
      text,
    ]);
    const input = events.map((event) => `${JSON.stringify(event)}\n`).join("");
    for (const json of [[], ["--json"]]) {
      const ran = await run(["append", "hostile", "-", "--create", ...json], input);
      expect(ran.code).toBe(1);
      expectShown(ran, "append");
      expect(ran.err.match(/^agentlog: line \d+: /gm)).toHaveLength(3 * HOSTILE_TEXTS.length);
      if (json.length > 0) for (const line of ran.out.trimEnd().split("\n")) JSON.parse(line);
    }
  });
});

describe("text from sessions for programs", () => {
  it.each(named(READING))("[H-80] %s --json is one valid envelope, escaped", async (_name, args) => {
    const ran = await run([...args, "--json"]);
    expect(firstUnsafe(Buffer.from(ran.out))).toBeUndefined();
    expect(JSON.parse(ran.out)).toMatchObject({ agentlog: 1, ok: true });
  });

  it.each(OF_EACH)(
    "[H-80] agentlog %s --json, of each of the sessions, is valid and means the same",
    async (command) => {
      for (const [n, id] of ids.entries()) {
        const ran = await run([command, id, "--json"]);
        expect(firstUnsafe(Buffer.from(ran.out))).toBeUndefined();
        const text = HOSTILE_TEXTS[n]!;
        if (command === "tail") {
          const events = ran.out
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line));
          expect(events.find(({ type }) => type === "message.sent").data.text).toBe(text);
          continue;
        }
        const envelope = JSON.parse(ran.out);
        expect(envelope).toMatchObject({ agentlog: 1, ok: true });
        if (command === "log") {
          const said = envelope.data.events.find(({ type }: { type: string }) => type === "message.sent");
          expect(said.data.text).toBe(text);
        }
      }
    },
  );

  it("[H-80] DEL, C1, bidi and U+2028 are \\u escapes in it", async () => {
    const at = HOSTILE_TEXTS.indexOf("line\u2028separator\u2029s\u0085next");
    expect((await run(["log", ids[at]!, "--json"])).out).toContain("line\\u2028separator\\u2029s\\u0085next");
    const bidi = HOSTILE_TEXTS.indexOf("\u202egpj.exe");
    expect((await run(["find", "gpj", "--json"])).out).toContain("\\u202egpj.exe");
    expect((await run(["show", ids[bidi]!, "--json"])).out).toContain("\\u202egpj.exe");
    const del = HOSTILE_TEXTS.indexOf("\u0000\u007f\t\v\f");
    expect((await run(["tail", ids[del]!, "--json"])).out).toContain("\\u0000\\u007f\\t\\u000b\\f");
  });
});

describe("text to search for", () => {
  const PATTERNS = [
    "(a+)+$",
    ".*.*.*=.*",
    "[",
    "(",
    "\\",
    "*",
    "a{1000000}",
    "^",
    "(?<!x)y",
    "%",
    "_",
    '"',
    "' OR 1=1 --",
    "NEAR/2",
    "words_1:*",
  ];

  it.each(PATTERNS)("[H-84] find %j is literal: no pattern, no query language, no error", async (pattern) => {
    for (const args of [
      ["find", "--", pattern],
      ["find", "--text", pattern],
      ["find", "--alias", pattern],
      ["find", "--branch", pattern],
    ]) {
      const ran = await run(args);
      expect([0, 1], `${args.join(" ")}: ${ran.err}`).toContain(ran.code);
      expectShown(ran, args.join(" "));
    }
  });

  it("[H-84] log --type is literal but for its star, and takes no longer than its length", async () => {
    const id = ids[0]!;
    for (const pattern of PATTERNS.filter((one) => !one.includes("*"))) {
      expect((await run(["log", id, "--count", "--type", pattern])).out).toBe("0\n");
    }
    expect((await run(["log", id, "--count", "--type", "*"])).out).toBe("6\n");
    expect((await run(["log", id, "--count", "--type", ".*"])).out).toBe("0\n");
    for (const long of [`${"*a".repeat(500_000)}*b`, "(a+)+$".repeat(160_000), "*".repeat(1_000_000)]) {
      const ran = await run(["log", id, "--count", "--type", long]);
      expect([ran.code, ran.out]).toEqual([0, long.startsWith("**") ? "6\n" : "0\n"]);
    }
  });

  it("[H-84] a megabyte of words, of one word and of marks is searched for and found nowhere", async () => {
    for (const long of ["(zq+)+$ ".repeat(125_000), "a".repeat(1_000_000), `e${"\u0301\u0316".repeat(500_000)}`]) {
      for (const option of ["--text", "--alias", "--task"]) {
        const ran = await run(["find", option, long]);
        expect(ran.code, option).toBe(1);
        expectShown(ran, option);
      }
      expect((await run(["show", "--", long])).code).toBe(1);
    }
  });
});

describe("names that look like options", () => {
  it.each(["--help", "-rf", "--json", "-", "--", "--store=/nowhere", "-h"])(
    "[H-82] %j behind -- is a session's name",
    async (name) => {
      const made = await run(["append", "--create", "--type", "note.added", "--json", "--", name]);
      expect(made.code, made.err).toBe(0);
      const { session } = JSON.parse(made.out).data as { session: string };
      for (const command of ["show", "log", "tail", "tree", "verify", "reopen"]) {
        const ran = await run([command, "--", name]);
        expect(ran.code, `${command} ${ran.err}`).toBe(0);
        expect(ran.out, command).not.toContain("Usage:");
      }
      expect((await run(["alias", "--", session, `alias${name}`])).code).toBe(0);
      expect((await run(["find", "--alias", `alias${name}`])).code).toBe(0);
      expect([0, 1]).toContain((await run(["find", "--", name])).code);
      for (const command of ["show", "log"]) expect((await run([command, "--", `${name}x`])).code).toBe(1);
    },
  );

  it("[H-82] keys of documents and rooms may look so too", async () => {
    for (const key of ["--help", "-rf"]) {
      expect((await run(["snapshot", "put", "--", key], "{}")).code).toBe(0);
      expect((await run(["snapshot", "get", "--", key])).out).toBe("{}\n");
      expect((await run(["snapshot", "history", "--", key])).code).toBe(0);
      expect((await run(["binding", "set", "--", key, key, key])).code).toBe(0);
      expect((await run(["binding", "get", "--", key, key])).out).toContain(key);
      expect((await run(["binding", "rm", "--", key, key])).code).toBe(0);
      expect((await run(["snapshot", "rm", "--", key])).code).toBe(0);
    }
  });
});
