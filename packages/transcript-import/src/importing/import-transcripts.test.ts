import { appendFileSync, chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { agentlogError, type JsonObject } from "@agentlog/types";
import { beforeEach, describe, expect, it } from "vitest";
import { type TranscriptSource } from "../source.js";
import { claudeSource } from "../sources/claude/source.js";
import { temporaryFolder, testStore, type TestStore } from "../testing/stores.js";
import { answer, jsonl, prompt, SESSION } from "../testing/transcripts.js";
import { type ImportProgress } from "./import-transcripts.js";
import { type SessionLog } from "./session-log.js";

const OTHER = "22222222-2222-4222-8222-222222222222";

describe("importTranscripts", () => {
  let folder: string;
  let path: string;
  let store: TestStore;
  const write = (records: readonly JsonObject[], rest = ""): void => writeFileSync(path, jsonl(records) + rest);

  beforeEach(() => {
    folder = temporaryFolder();
    path = join(folder, `${SESSION}.jsonl`);
    store = testStore(join(folder, "store"));
  });

  it("adds once, and then what is new", async () => {
    write([prompt(0, "one")], '{"half');
    expect(await store.import([path])).toMatchObject({
      files: 1,
      sessions: 1,
      newSessions: 1,
      events: 2,
      added: 2,
      badLineCount: 0,
      perFile: [{ path, agent: "claude", nativeSessions: [SESSION], unfinished: true, added: 2 }],
    });
    expect(await store.import([path])).toMatchObject({ newSessions: 0, added: 0, alreadyThere: 2 });
    appendFileSync(path, `":1}\n${jsonl([answer(1, { type: "text", text: "two" }, { stop_reason: "end_turn" })])}`);
    expect(await store.import([path])).toMatchObject({ added: 3, alreadyThere: 2, unmapped: { "claude.untyped": 1 } });
    expect((await store.events(SESSION)).map(({ type }) => type)).toEqual([
      "session.started",
      "message.sent",
      "claude.untyped",
      "message.sent",
      "usage.recorded",
    ]);
  });

  it("does nothing in a dry run but say what it would do", async () => {
    write([prompt(0, "one"), prompt(0, "one")]);
    expect(await store.import([path], { dryRun: true })).toMatchObject({ newSessions: 1, added: 2, alreadyThere: 1 });
    expect(existsSync(store.root)).toBe(false);
  });

  it("gives each session of a file its records, and says so", async () => {
    write([prompt(0, "mine"), prompt(1, "theirs", { sessionId: OTHER })]);
    expect(await store.import([path])).toMatchObject({ sessions: 2, filesWithSeveralSessions: 1 });
    expect(await store.events(OTHER)).toHaveLength(2);
  });

  it("counts bad lines, keeps the first hundred, and goes on", async () => {
    write([prompt(0, "one")], `${"{bad\n".repeat(150)}${jsonl([prompt(1, "two")])}`);
    const report = await store.import([path]);
    expect(report).toMatchObject({ added: 3, badLineCount: 150 });
    expect(report.badLines).toHaveLength(100);
    expect(report.badLines[0]).toEqual({
      file: path,
      line: 2,
      offset: jsonl([prompt(0, "one")]).length,
      reason: "not-json",
    });
  });

  it("counts a record the log refuses as a bad line, and adds the others", async () => {
    const deep = JSON.parse(`${'{"a":'.repeat(80)}1${"}".repeat(80)}`) as JsonObject;
    write([prompt(0, "one"), { type: "odd", uuid: "u", deep }, prompt(1, "two")]);
    expect(await store.import([path])).toMatchObject({ added: 3, badLines: [{ line: 2, reason: "refused-by-log" }] });
  });

  it("keeps a record over the log's limit in a blob", async () => {
    const text = "x".repeat(3_000_000);
    write([prompt(0, text)]);
    expect(await store.import([path])).toMatchObject({ added: 2, badLineCount: 0 });
    const events = await store.events(SESSION);
    const data = await store.withLog(SESSION, async (log) => events.map((event) => log.dataOf(event)));
    expect(data[1]).toEqual({ role: "user", text });
  });

  it("leaves alone what is no transcript", async () => {
    writeFileSync(join(folder, "other.jsonl"), '{"kind":"other"}\n');
    expect(await store.import([join(folder, "other.jsonl")])).toMatchObject({
      files: 0,
      skipped: [{ reason: "no-transcript" }],
    });
  });

  it("names each path that nobody takes, once, whatever the sources say of it", async () => {
    const [empty, other] = [join(folder, "empty"), join(folder, "other.txt")];
    mkdirSync(empty);
    writeFileSync(other, "{}\n");
    symlinkSync("empty", join(folder, "link"));
    write([prompt(0, "one")]);
    const { skipped, files } = await store.import([path, folder, empty, other]);
    expect(files).toBe(1);
    expect(skipped.toSorted((a, b) => (a.path < b.path ? -1 : 1))).toEqual([
      { path: empty, reason: "no-transcript" },
      { path: join(folder, "link"), reason: "symlink" },
      { path: other, reason: "no-transcript" },
    ]);
  });

  it("keeps what a source says of a file that the others do not know either", async () => {
    const needy: TranscriptSource = {
      agent: "needy",
      discover: async () => ({ files: [], skipped: [{ path, reason: "needs-node", detail: "Node 99" }] }),
      read: async function* () {},
    };
    writeFileSync(path, "something else");
    const { skipped } = await store.import([path], { sources: [claudeSource, needy] });
    expect(skipped).toEqual([{ path, reason: "needs-node", detail: "Node 99" }]);
  });

  it("finds it usual that a container holds many sessions", async () => {
    const container: TranscriptSource = {
      ...claudeSource,
      discover: async () => ({ files: [{ path, bytes: 1, holds: "many-sessions" }], skipped: [] }),
    };
    write([prompt(0, "mine"), prompt(1, "theirs", { sessionId: OTHER })]);
    expect(await store.import([path], { sources: [container] })).toMatchObject({
      sessions: 2,
      filesWithSeveralSessions: 0,
    });
  });

  it("does not take a store's own logs for transcripts", async () => {
    write([prompt(0, "one")]);
    await store.import([folder]);
    expect(await store.import([folder])).toMatchObject({ files: 1, added: 0, skipped: [{ reason: "no-transcript" }] });
  });

  it("reports a file that was deleted after it was found, and reads the others", async () => {
    write([prompt(0, "one")]);
    const gone = join(folder, `${OTHER}.jsonl`);
    const discover: TranscriptSource["discover"] = async () => ({
      files: [gone, path].map((name) => ({ path: name, bytes: 1 })),
      skipped: [],
    });
    const report = await store.import([], { sources: [{ ...claudeSource, discover }] });
    expect(report).toMatchObject({ files: 2, failedFiles: 1, added: 2 });
    expect(report.perFile[0]?.error).toMatch(/ENOENT/);
  });

  it.skipIf(process.getuid?.() === 0)("reports an unreadable file and reads the others", async () => {
    write([prompt(0, "one")]);
    const locked = join(folder, `${OTHER}.jsonl`);
    writeFileSync(locked, "");
    chmodSync(locked, 0);
    expect(await store.import([path, locked])).toMatchObject({ failedFiles: 1, added: 2 });
  });

  it("reports a session whose log is locked, and goes on; a full disk ends the import", async () => {
    write([prompt(0, "one")]);
    const other = join(folder, `${OTHER}.jsonl`);
    writeFileSync(other, jsonl([prompt(0, "two", { sessionId: OTHER })]));
    const failing =
      (error: Error) =>
      (session: string): SessionLog => {
        const log: SessionLog = store.open(session as never);
        const fails = session.length > 0 && !failed;
        failed = true;
        return fails ? { ...log, appendMany: () => Promise.reject(error) } : log;
      };
    let failed = false;
    const locked = agentlogError("LOCK_TIMEOUT", "locked", { path, holder: undefined, waitedMs: 1 });
    const report = await store.import([path, other], { openSessionLog: failing(locked) });
    expect(report).toMatchObject({ failedFiles: 1, added: 2, newSessions: 1 });
    expect(report.perFile[0]).toMatchObject({ error: "locked", added: 0 });
    failed = false;
    const full = agentlogError("IO_ERROR", "full", { path, errno: "ENOSPC", syscall: "write" });
    await expect(store.import([path, other], { openSessionLog: failing(full) })).rejects.toMatchObject({
      code: "IO_ERROR",
    });
    expect(await store.import([path, other])).toMatchObject({ added: 2, alreadyThere: 2 });
  });

  it("decides again when somebody else was faster", async () => {
    write([prompt(0, "one"), prompt(1, "two")]);
    let conflicts = 0;
    const open = (session: string): SessionLog => {
      const log: SessionLog = store.open(session as never);
      const appendMany: SessionLog["appendMany"] = async (events, options) => {
        // The first time another import adds the first event right before.
        if (conflicts++ === 0) await log.appendMany(events.slice(0, 1), { expectedSeq: -1 });
        return log.appendMany(events, options);
      };
      return { ...log, appendMany };
    };
    expect(await store.import([path], { openSessionLog: open })).toMatchObject({ added: 2, alreadyThere: 1 });
    expect(await store.events(SESSION)).toHaveLength(3);
  });

  it("tells how far it is, and stops at the signal", async () => {
    write([prompt(0, "one")]);
    const seen: ImportProgress[] = [];
    await store.import([path], { onProgress: (progress) => seen.push(progress) });
    expect(seen[0]).toMatchObject({ file: path, fileNumber: 1, files: 1, bytes: 0 });
    expect(seen.at(-1)?.bytes).toBe(seen[0]?.totalBytes);
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(store.import([path], { signal })).rejects.toThrow("enough");
  });
});
