import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openSpool, openStore, resolveStore, storeLayout } from "@agentlog/durable-fs";
import { newSessionId } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { BINARY, type RunOptions, type Ran, type Sandbox, sandbox } from "../testing/agentlog.js";
import { FAILURES_FILE } from "./failures.js";

const HOOK = join(BINARY, "..", "hook.cjs");
const PAYLOAD = `${JSON.stringify({ session_id: "s1", hook_event_name: "Stop" })}\n`;
const SILENT = { code: 0, out: "", err: "" };

const hook = (box: Sandbox, input: string | Uint8Array = PAYLOAD, options: RunOptions = {}): Promise<Ran> =>
  box.run(["hook", "claude"], { ...options, input });

/** What is in the spool of a store, as its drain reads it. */
function captured(root: string): readonly any[] {
  const spool = openSpool(storeLayout(root).hookSpool);
  return spool.list().map(({ name }) => JSON.parse(String(spool.read(name))));
}

function failures(root: string): readonly any[] {
  const file = join(storeLayout(root).spoolDir, FAILURES_FILE);
  return existsSync(file)
    ? readFileSync(file, "utf8")
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line))
    : [];
}

describe("agentlog hook", () => {
  it("captures a payload as it came, says nothing, and makes a private store", async () => {
    const box = sandbox();
    const session = newSessionId();
    const before = Date.now();
    expect(await hook(box, PAYLOAD, { env: { AGENTLOG_SESSION_ID: session } })).toMatchObject(SILENT);
    const [call, ...others] = captured(box.store);
    expect(others).toEqual([]);
    expect(call).toMatchObject({ v: 1, agent: "claude", ppid: process.pid, cwd: box.work, payload: PAYLOAD });
    expect(call.env).toEqual({ AGENTLOG_SESSION_ID: session });
    expect(call.received).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
    expect(Date.parse(call.received)).toBeGreaterThanOrEqual(before - 1_000);
    if (process.platform === "linux") expect(call.process).toMatch(new RegExp(`^${process.pid}-[1-9]\\d*$`));
    const { hookSpool } = storeLayout(box.store);
    const [file] = readdirSync(hookSpool);
    expect([box.store, hookSpool, join(hookSpool, file!)].map((path) => statSync(path).mode & 0o777)).toEqual([
      0o700, 0o700, 0o600,
    ]);
    expect(openStore(box.store).created).toBeDefined();
  });

  it("captures in a store that holds nothing but its spool, which opens afterwards", async () => {
    const box = sandbox();
    mkdirSync(storeLayout(box.store).hookSpool, { recursive: true, mode: 0o700 });
    await hook(box);
    expect(captured(box.store)).toHaveLength(1);
    expect(openStore(box.store).root).toBe(box.store);
  });

  it("writes nothing into a folder that is no store and holds other files", async () => {
    const box = sandbox();
    mkdirSync(box.store);
    writeFileSync(join(box.store, "mine.txt"), "");
    expect(await hook(box)).toMatchObject(SILENT);
    expect(captured(box.store)).toEqual([]);
  });

  it("uses the store that every command uses", async () => {
    const box = sandbox();
    const project = join(box.work, "project");
    mkdirSync(join(project, "deep"), { recursive: true });
    const root = openStore(join(project, ".agentlog")).root;
    const env = { AGENTLOG_HOME: undefined, HOME: box.home };
    await hook(box, PAYLOAD, { env, cwd: join(project, "deep") });
    expect(captured(root)).toHaveLength(1);
    await hook(box, PAYLOAD, { env });
    expect(captured(resolveStore({ cwd: box.work, env: { HOME: box.home } }).root)).toHaveLength(1);
    for (const argv of [
      ["--store", join(box.dir, "a"), "hook", "claude"],
      ["--quiet", "hook", "claude", `--store=${join(box.dir, "a")}`],
      ["hook", "--json", "claude", "--store", join(box.dir, "a")],
    ])
      expect(await box.run(argv, { input: PAYLOAD, env })).toMatchObject(SILENT);
    expect(captured(join(box.dir, "a")).map(({ agent }) => agent)).toEqual(["claude", "claude", "claude"]);
  });

  it("works through a link, as a package manager makes one", async () => {
    const box = sandbox();
    const link = join(box.dir, "agentlog");
    symlinkSync(BINARY, link);
    for (const args of [["hook", "claude"], ["--version"], ["--quiet", "where"]])
      expect((await box.spawn(process.execPath, [link, ...args], { input: PAYLOAD }).over).code).toBe(0);
    expect(captured(box.store)).toHaveLength(1);
  });

  it.each(["1", "true"])("does nothing at all with AGENTLOG_DISABLED=%s", async (value) => {
    const box = sandbox();
    expect(await hook(box, PAYLOAD, { env: { AGENTLOG_DISABLED: value } })).toMatchObject(SILENT);
    expect(existsSync(box.store)).toBe(false);
  });

  it.each([
    ["no JSON", "{"],
    ["a lone surrogate", '{"session_id":"\\ud800"}'],
    ["a NUL", "a\0b"],
    ["a byte order mark", `\uFEFF${PAYLOAD}`],
    ["10,000 brackets", "[".repeat(10_000)],
  ])("captures %s as it is", async (_, payload) => {
    const box = sandbox();
    expect(await hook(box, payload)).toMatchObject(SILENT);
    expect(captured(box.store)).toMatchObject([{ payload }]);
  });

  it("captures bytes that are no UTF-8", async () => {
    const box = sandbox();
    const bytes = Buffer.from([0x7b, 0xff, 0xfe, 0x7d]);
    await hook(box, bytes);
    const [{ payload, encoding }] = captured(box.store) as readonly [any];
    expect([encoding, Buffer.from(payload, "base64")]).toEqual(["base64", bytes]);
  });

  it("captures for an agent that it does not know, and notes a call without one", async () => {
    const box = sandbox();
    for (const agent of ["somebody-new", "../x", "-rf", "x".repeat(65), ""])
      expect(await box.run(["hook", agent], { input: PAYLOAD })).toMatchObject(SILENT);
    expect(await box.run(["hook"], { input: PAYLOAD })).toMatchObject(SILENT);
    expect(captured(box.store).map(({ agent }) => agent)).toEqual(["somebody-new"]);
    expect(failures(box.store).map(({ code }) => code)).toEqual(Array.from({ length: 5 }, () => "no-agent"));
  });

  it("takes a session id from nobody who cannot have one", async () => {
    const box = sandbox();
    await hook(box, PAYLOAD, { env: { AGENTLOG_SESSION_ID: "sess_../../x" } });
    expect(captured(box.store)[0].env).toEqual({});
  });

  it("keeps the beginning of 100 MB, and its writer never meets a closed pipe", { timeout: 60_000 }, async () => {
    const box = sandbox();
    const child = spawn(process.execPath, [BINARY, "hook", "claude"], {
      env: box.env,
      stdio: ["pipe", "pipe", "pipe"],
    });
    let broken: Error | undefined;
    child.stdin.on("error", (error) => (broken = error));
    const piece = Buffer.alloc(1024 * 1024, "x");
    for (let n = 0; n < 100; n++) if (!child.stdin.write(piece)) await once(child.stdin, "drain");
    child.stdin.end();
    expect((await once(child, "exit"))[0]).toBe(0);
    expect(broken).toBeUndefined();
    const [call] = captured(box.store);
    expect([call.truncated, call.payload.length]).toEqual([100 * 1024 * 1024, 16 * 1024 * 1024]);
    expect(failures(box.store)).toMatchObject([{ code: "truncated", agent: "claude" }]);
  });

  it("notes that nothing came", async () => {
    const box = sandbox();
    expect(await hook(box, "")).toMatchObject(SILENT);
    const nothing = openSync("/dev/null", "r");
    await once(
      spawn(process.execPath, [HOOK, "claude"], { env: box.env, stdio: [nothing, "ignore", "ignore"] }),
      "exit",
    );
    await box.spawn("/bin/sh", ["-c", `"$0" "$1" hook claude <&-`, process.execPath, BINARY], { input: "" }).over;
    expect(failures(box.store).map(({ code }) => code)).toEqual(["no-payload", "no-payload", "no-payload"]);
    expect(captured(box.store)).toEqual([]);
  });

  it("reads a redirected file, and a pipe", async () => {
    const box = sandbox();
    const file = join(box.dir, "payload.json");
    writeFileSync(file, PAYLOAD);
    const run = (script: string): Promise<Ran> =>
      box.spawn("/bin/sh", ["-c", script, process.execPath, BINARY, file], { input: "" }).over;
    expect(await run(`"$0" "$1" hook claude < "$2"`)).toMatchObject(SILENT);
    expect(await run(`cat "$2" | "$0" "$1" hook claude`)).toMatchObject(SILENT);
    expect(captured(box.store).map(({ payload }) => payload)).toEqual([PAYLOAD, PAYLOAD]);
  });

  it.each([
    ["a payload", PAYLOAD, 1],
    ["half a payload", PAYLOAD.slice(0, 20), 1],
    ["nothing", "", 0],
  ])("ends with 0 although %s came and stdin stays open", { timeout: 30_000 }, async (_, sent, count) => {
    const box = sandbox();
    for (const program of [
      [BINARY, "hook", "claude"],
      [HOOK, "claude"],
    ]) {
      const child = spawn(process.execPath, program, { env: box.env, stdio: ["pipe", "ignore", "ignore"] });
      if (sent !== "") child.stdin.write(sent);
      expect(await once(child, "exit")).toEqual([0, null]);
    }
    expect(captured(box.store)).toHaveLength(2 * count);
  });

  it.each([
    ["a payload", [PAYLOAD], 1],
    ["a payload in pieces", [PAYLOAD.slice(0, 9), PAYLOAD.slice(9, 30), PAYLOAD.slice(30)], 1],
    ["nothing", [], 0],
  ])("ends with 0 although %s came through a pipe that stays open", { timeout: 30_000 }, async (_, pieces, count) => {
    const box = sandbox();
    const pipe = join(box.dir, "pipe");
    expect(spawnSync("mkfifo", [pipe]).status).toBe(0);
    // Read and write: it stays open for as long as this process has it.
    const fd = openSync(pipe, "r+");
    const child = spawn(process.execPath, [HOOK, "claude"], { env: box.env, stdio: [fd, "ignore", "ignore"] });
    const ended = once(child, "exit");
    for (const piece of pieces) {
      writeSync(fd, piece);
      await sleep(20);
    }
    expect(await ended).toEqual([0, null]);
    closeSync(fd);
    expect(captured(box.store).map(({ payload }) => payload)).toEqual(count === 0 ? [] : [PAYLOAD]);
  });

  it("ends with 0 when nobody reads what it would print", async () => {
    const box = sandbox();
    const script = `("$0" "$1" hook claude; echo $? > "$2") | true`;
    await box.spawn("/bin/sh", ["-c", script, process.execPath, BINARY, join(box.dir, "code")], { input: PAYLOAD })
      .over;
    expect(readFileSync(join(box.dir, "code"), "utf8")).toBe("0\n");
  });

  it.each([
    ["HOME is missing", { HOME: undefined, AGENTLOG_HOME: undefined }],
    ["HOME is no path", { HOME: "x", AGENTLOG_HOME: undefined }],
    ["AGENTLOG_HOME is relative", { AGENTLOG_HOME: "x" }],
    ["the store is below a file", { AGENTLOG_HOME: "/dev/null/store" }],
    ["the store is in /proc", { AGENTLOG_HOME: "/proc/agentlog" }],
  ])("ends with 0 and says nothing when %s", async (_, env) => {
    const box = sandbox();
    expect(await hook(box, PAYLOAD, { env })).toMatchObject(SILENT);
    expect(readdirSync(box.work)).toEqual([]);
  });

  it("ends with 0 when its directory is gone", async () => {
    const box = sandbox();
    const gone = join(box.dir, "gone");
    mkdirSync(gone);
    const script = `rmdir "$2"; "$0" "$1" hook claude`;
    const run = box.spawn("/bin/sh", ["-c", script, process.execPath, BINARY, gone], { input: PAYLOAD, cwd: gone });
    expect(await run.over).toMatchObject(SILENT);
    expect(captured(box.store)).toMatchObject([{ payload: PAYLOAD }]);
  });

  it("notes what the disk refused, for doctor to read", async () => {
    const box = sandbox();
    const { hookSpool, spoolDir } = storeLayout(openStore(box.store).root);
    mkdirSync(spoolDir, { mode: 0o700 });
    writeFileSync(hookSpool, "a file in the way");
    expect(await hook(box, '{"secret":"hunter2"}')).toMatchObject(SILENT);
    const [failure] = failures(box.store);
    expect(failure).toMatchObject({
      agent: "claude",
      code: "UNSAFE_PATH",
      message: expect.stringContaining(hookSpool),
    });
    expect(JSON.stringify(failure)).not.toContain("hunter2");
    expect(statSync(join(spoolDir, FAILURES_FILE)).mode & 0o777).toBe(0o600);
  });

  it("keeps the note of failures small", async () => {
    const box = sandbox();
    const { spoolDir } = storeLayout(openStore(box.store).root);
    mkdirSync(spoolDir, { mode: 0o700 });
    writeFileSync(join(spoolDir, FAILURES_FILE), "x".repeat(70_000), { mode: 0o600 });
    await hook(box, "");
    await hook(box, "");
    expect(failures(box.store)).toHaveLength(2);
    rmSync(join(spoolDir, FAILURES_FILE));
    symlinkSync(join(box.dir, "victim"), join(spoolDir, FAILURES_FILE));
    await hook(box, "");
    expect(existsSync(join(box.dir, "victim"))).toBe(false);
  });

  it("leaves nothing behind that the spool does not sweep", async () => {
    const box = sandbox();
    const { hookSpool } = storeLayout(box.store);
    await hook(box);
    chmodSync(hookSpool, 0o700);
    const [name] = readdirSync(hookSpool) as [string];
    writeFileSync(join(hookSpool, `.${name}.4194304-0.${"a".repeat(24)}.tmp`), "half");
    openSpool(hookSpool).prune({ minAgeMs: 0 });
    expect(readdirSync(hookSpool)).toEqual([name]);
  });

  it("asks for no module but those that cost nothing", async () => {
    const box = sandbox();
    await hook(box);
    const spy = join(box.dir, "spy.cjs");
    writeFileSync(
      spy,
      `const Module = require("node:module"), { _load: load } = Module, asked = new Set();
      Module._load = function (name) { asked.add(name); return load.apply(this, arguments); };
      process.on("exit", () => require("node:fs").writeSync(2, JSON.stringify([...asked])));`,
    );
    const { err } = await box.spawn(process.execPath, ["-r", spy, HOOK, "claude"], {
      input: "",
      stdio: [openSync("/dev/null", "r"), "pipe", "pipe"],
    }).over;
    expect(JSON.parse(err).toSorted()).toEqual([HOOK, "node:buffer", "node:fs", "node:path"].toSorted());
    expect(statSync(HOOK).size).toBeLessThan(20_000);
  });

  it("records all of 16 at once, and each has a name of its own", { timeout: 60_000 }, async () => {
    const box = sandbox();
    const ran = await Promise.all(Array.from({ length: 16 }, (_, n) => hook(box, JSON.stringify({ n }))));
    for (const one of ran) expect(one).toMatchObject(SILENT);
    const found = captured(box.store).map(({ payload }) => JSON.parse(payload).n as number);
    expect(found.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 16 }, (_, n) => n));
  });
});
