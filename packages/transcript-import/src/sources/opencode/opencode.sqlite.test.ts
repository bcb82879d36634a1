import { type JsonObject } from "@agentlog/types";
import { anyEventSchema } from "@agentlog/types/schemas";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { loadSqlite } from "../../files/sqlite.js";
import { type ImportProgress } from "../../importing/import-transcripts.js";
import { type ImportedEvent } from "../../source.js";
import { temporaryFolder, testStore } from "../../testing/stores.js";
import {
  addMessage,
  addNew,
  addPart,
  addSession,
  type Database,
  insert,
  NEW_TABLES,
  newDatabase,
  OLD_TABLES,
} from "./testing/databases.js";
import { writes } from "./testing/growth.js";
import { importPaths, OLD_MS, prompt, treeIn, typesOf } from "./testing/trees.js";

const HERE = loadSqlite() !== undefined;

describe.skipIf(!HERE)("OpenCode's database", () => {
  const fresh = (tables: string): { readonly path: string; readonly database: Database } =>
    newDatabase(temporaryFolder(), tables);

  /** What must be the same from any place. */
  const told = (events: readonly ImportedEvent[]): unknown =>
    events.map(({ source, ...rest }) => ({ ...rest, from: source?.nativeSession }));

  it("gives the events that the same session gives as a tree", { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(writes, async (make) => {
        const tree = treeIn(temporaryFolder());
        const { path, database } = fresh(OLD_TABLES);
        tree.session("ses_1");
        addSession(database, "session", "ses_1");
        const tasks = [{ content: "x", status: "pending", priority: "low" }];
        tree.write("todo/ses_1.json", tasks);
        insert(database, "todo", { session_id: "ses_1", ...tasks[0], position: 0, time_created: 1, time_updated: 1 });
        const [messages, parts] = [new Map<string, JsonObject>(), new Map<string, [string, string, JsonObject]>()];
        for (const write of make(OLD_MS)) {
          if (write.kind === "message") {
            tree.message("ses_1", write.id, write.content);
            messages.set(write.id, write.content);
          } else {
            // A part's id is its own only within its message in the tree; in the table it is the only one.
            const id = `${write.id}_${write.message}`;
            tree.part(write.message, id, write.content);
            parts.set(id, [write.message, id, write.content]);
          }
        }
        for (const [id, data] of messages) addMessage(database, "ses_1", id, data);
        for (const [message, id, data] of parts.values()) addPart(database, "ses_1", message, id, data);
        database.close();
        const [fromTree, fromTable] = [await importPaths(tree.storage), await importPaths(path)];
        expect(fromTable.bad).toEqual([]);
        expect(told(fromTable.events)).toEqual(told(fromTree.events));
      }),
      { numRuns: 30 },
    );
  });

  it("is one file of many sessions, read from its first byte to its last", async () => {
    const { path, database } = fresh(OLD_TABLES);
    for (const id of ["ses_1", "ses_2"]) {
      addSession(database, "session", id);
      addMessage(database, id, `msg_${id}`, prompt(OLD_MS));
      addPart(database, id, `msg_${id}`, `prt_${id}`, { type: "text", text: "x".repeat(3_000_000) });
    }
    database.close();
    const seen: ImportProgress[] = [];
    const report = await testStore().import([path], { onProgress: (progress) => seen.push(progress) });
    expect(report).toMatchObject({ files: 1, sessions: 2, filesWithSeveralSessions: 0, skipped: [] });
    const bytes = seen.map((progress) => progress.bytes);
    expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
    expect(bytes.length).toBeGreaterThan(3);
    expect(bytes.at(-1)).toBe(seen[0]?.totalBytes);
  });

  it("gives the messages of version 2, and the copies that a fork made no second time", async () => {
    const { path, database } = fresh(NEW_TABLES);
    addSession(database, "session_v2", "ses_1");
    const boundary = { type: "through", messageID: "msg_b" };
    addSession(database, "session_v2", "ses_2", {
      fork_session_id: "ses_1",
      fork_boundary: boundary,
      title: "A title (fork #1)",
    });
    addSession(database, "session_v2", "ses_3", { parent_id: "ses_1" });
    const time = { created: OLD_MS + 1, completed: OLD_MS + 9 };
    const model = { id: "model-2", providerID: "p" };
    const user = { text: "do it", files: [{ uri: "file:///a.txt", mime: "text/plain" }], time: { created: OLD_MS } };
    const reply = {
      agent: "build",
      model,
      content: [
        { type: "reasoning", text: "hm" },
        {
          type: "tool",
          id: "call_1",
          name: "bash",
          state: { status: "completed", input: { command: "ls" }, content: [{ type: "text", text: "a" }] },
          time: { created: OLD_MS + 2, ran: OLD_MS + 3, completed: OLD_MS + 5 },
        },
        { type: "text", text: "done" },
      ],
      tokens: { input: 1, output: 2, reasoning: 3, cache: { read: 4, write: 5 } },
      cost: 0.25,
      snapshot: { end: "abc", files: ["b.txt"] },
      time,
    };
    addNew(database, "ses_1", "msg_a", "user", 1, user);
    addNew(database, "ses_1", "msg_b", "assistant", 2, reply);
    addNew(database, "ses_1", "msg_c", "synthetic", 3, { text: "injected", time });
    addNew(database, "ses_1", "msg_d", "model-switched", 4, { model: { id: "model-3" }, previous: model, time });
    addNew(database, "ses_1", "msg_e", "compaction", 5, {
      status: "completed",
      reason: "manual",
      summary: "all",
      recent: "",
      time,
    });
    addNew(database, "ses_1", "msg_f", "shell", 6, {
      shellID: "sh_1",
      command: "pwd",
      output: { output: "/" },
      exit: 0,
      time,
    });
    addNew(database, "ses_1", "msg_g", "idle", 7, { outcome: "succeeded", time });
    addNew(database, "ses_2", "msg_x_1", "user", 1, user);
    addNew(database, "ses_2", "msg_x_2", "assistant", 2, reply);
    addNew(database, "ses_2", "msg_y", "user", 3, { text: "on", time });
    database.close();
    const { events, facts, bad } = await importPaths(path);
    expect(bad).toEqual([]);
    const of = (native: string): readonly ImportedEvent[] =>
      events.filter(({ source }) => source?.nativeSession === native);
    expect(typesOf(of("ses_1"))).toEqual([
      "session.started",
      "message.sent",
      "file.read",
      "reasoning.recorded",
      "tool.called",
      "tool.completed",
      "message.sent",
      "file.written",
      "usage.recorded",
      "message.sent",
      "model.switched",
      "context.compacted",
      "tool.called",
      "tool.completed",
      "opencode.idle",
      "session.titled",
    ]);
    expect(of("ses_1")[4]?.data).toMatchObject({
      callId: "call_1",
      name: "bash",
      kind: "shell",
      input: { command: "ls" },
    });
    expect(of("ses_1")[8]?.data).toMatchObject({ inputTokens: 1, outputTokens: 5, costUsd: 0.25, model: "model-2" });
    expect(of("ses_1")[9]?.data).toMatchObject({ text: "injected", synthetic: true });
    expect(of("ses_1")[11]?.data).toMatchObject({ trigger: "manual", summary: "all" });
    expect(of("ses_1")[13]?.data).toMatchObject({ callId: "sh_1", exitCode: 0 });
    expect(typesOf(of("ses_2"))).toEqual(["session.started", "message.sent", "session.titled"]);
    expect(facts.flatMap(({ link }) => link ?? [])).toEqual([
      { kind: "fork", native: "ses_1", at: "msg_b" },
      { kind: "sub-agent", native: "ses_1" },
    ]);
    for (const [seq, event] of events.entries()) {
      expect(anyEventSchema.safeParse({ ...event, seq }).error?.issues).toBeUndefined();
    }
  });

  it("reads a session that version 2 took over once, and goes on with what is new", async () => {
    const { path, database } = fresh(OLD_TABLES);
    addSession(database, "session", "ses_1", { title: "Old" });
    addMessage(database, "ses_1", "msg_1", prompt(OLD_MS));
    addPart(database, "ses_1", "msg_1", "prt_1", { type: "text", text: "one" });
    const before = await importPaths(path);
    database.exec(NEW_TABLES);
    addSession(database, "session_v2", "ses_1", { title: "New" });
    addNew(database, "ses_1", "msg_1", "user", 1, { text: "one", time: { created: OLD_MS } });
    addNew(database, "ses_1", "msg_2", "user", 2, { text: "two", time: { created: OLD_MS + 5 } });
    const after = await importPaths(path);
    database.close();
    expect(told(after.events.slice(0, 2))).toEqual(told(before.events.slice(0, 2)));
    expect(after.events.slice(2).map(({ data }) => data["text"] ?? data["title"])).toEqual(["two", "New"]);
  });
});
