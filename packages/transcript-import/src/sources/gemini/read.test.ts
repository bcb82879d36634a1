import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type JsonObject } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { type ImportedEvent, type ReadStep, type RecordFacts } from "../../source.js";
import { temporaryFolder } from "../../testing/stores.js";
import { LARGEST_DOCUMENT_BYTES } from "./form.js";
import { geminiSource } from "./source.js";

const SESSION = "11111111-1111-4111-8111-111111111111";
const HEADER = { sessionId: SESSION, projectHash: "ab12", startTime: time(0), lastUpdated: time(0), kind: "main" };
const TOKENS = { input: 100, output: 5, cached: 60, thoughts: 7, tool: 2, total: 114 };

function time(n: number): string {
  return new Date(Date.UTC(2026, 0, 2, 3, 4, n)).toISOString();
}

function uuid(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;
}

function user(n: number, content: unknown, fields: object = {}): object {
  return { id: uuid(n), timestamp: time(n), type: "user", content, ...fields };
}

function gemini(n: number, content: unknown, fields: object = {}): object {
  return { id: uuid(n), timestamp: time(n), type: "gemini", content, tokens: TOKENS, model: "gemini-test", ...fields };
}

function call(id: string, name: string, args: object, response: object, fields: object = {}): object {
  const result = [{ functionResponse: { id, name, response } }];
  return { id, name, args, status: "success", timestamp: time(50), result, ...fields };
}

const lines = (...records: readonly unknown[]): string => records.map((one) => `${JSON.stringify(one)}\n`).join("");
const chat = (...records: readonly unknown[]): string => lines(HEADER, ...records);

async function read(content: string | Uint8Array, options: { name?: string; old?: boolean } = {}): Promise<ReadStep[]> {
  const path = join(temporaryFolder(), options.name ?? "chat.jsonl");
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  if (options.old === true) utimesSync(path, 1_700_000_000, 1_700_000_000);
  const steps: ReadStep[] = [];
  for await (const step of geminiSource.read({ path, bytes: Buffer.byteLength(content) })) steps.push(step);
  return steps;
}

async function events(content: string, options: { name?: string; old?: boolean } = {}): Promise<ImportedEvent[]> {
  return (await read(content, options)).flatMap((step) => (step.kind === "record" ? step.events : []));
}

async function facts(content: string, name?: string): Promise<RecordFacts[]> {
  const steps = await read(content, name === undefined ? {} : { name });
  return steps.flatMap((step) => (step.kind === "record" && step.facts !== undefined ? [step.facts] : []));
}

const types = (of: readonly ImportedEvent[]): string[] => of.map(({ type }) => type);
const data = (of: readonly ImportedEvent[], type: string): JsonObject[] =>
  of.filter((one) => one.type === type).map((one) => one.data);

const CONTEXT = user(1, [
  {
    text: "<session_context>\nThis is it.\n- **Workspace Directories:**\n  - /home/me/a b\n- **Directory Structure:**\n",
  },
]);

describe("a chat in lines", () => {
  it("gives a turn with thoughts, a tool, its file, and the tokens once", async () => {
    const thoughts = [{ subject: "Plan", description: "Write it.", timestamp: time(3) }];
    const write = call(
      "w1",
      "write_file",
      { file_path: "a.txt", content: "ä\n" },
      { output: "Successfully created and wrote to new file: a.txt." },
    );
    const told = await events(
      chat(
        { $set: { messages: [{ ...CONTEXT, id: "d04923" }], lastUpdated: time(1) } },
        user(2, [{ text: "Write a.txt" }]),
        { $set: { lastUpdated: time(2) } },
        gemini(4, "", { thoughts }),
        gemini(4, "", { thoughts, toolCalls: [write] }),
        user(5, [
          {
            functionResponse: {
              id: "w1",
              name: "write_file",
              response: { output: "Successfully created and wrote to new file: a.txt." },
            },
          },
        ]),
        gemini(6, "Done"),
      ),
    );
    expect(types(told)).toEqual([
      "session.started",
      "message.sent",
      "message.sent",
      "reasoning.recorded",
      "usage.recorded",
      "tool.called",
      "tool.completed",
      "file.written",
      "message.sent",
      "usage.recorded",
    ]);
    const [context, prompt, answer] = data(told, "message.sent");
    expect([context!["synthetic"], prompt!["synthetic"], answer!["role"]]).toEqual([true, undefined, "assistant"]);
    expect(told[2]!.actor).toBeUndefined();
    expect(data(told, "reasoning.recorded")[0]).toMatchObject({ text: "**Plan**\nWrite it." });
    expect(told[3]!.time).toBe(time(3));
    expect(data(told, "usage.recorded")[0]).toEqual({
      inputTokens: 42,
      outputTokens: 12,
      cacheReadTokens: 60,
      model: "gemini-test",
      messageId: uuid(4),
    });
    expect(data(told, "tool.called")[0]).toMatchObject({
      callId: "w1",
      kind: "file-write",
      input: { file_path: "a.txt" },
    });
    expect(data(told, "file.written")[0]).toEqual({ path: "a.txt", callId: "w1", change: "created", bytes: 3 });
  });

  it("tells what failed, was stopped, and with which code a shell ended", async () => {
    const calls = [
      call("a", "run_shell_command", { command: "false" }, { output: "Output: (empty)\nExit Code: 1\nSignal: 0" }),
      call("b", "read_file", { file_path: "/x" }, { error: "File not found: /x" }, { status: "error" }),
      call("c", "replace", { file_path: "/x" }, { error: "[Operation Cancelled]" }, { status: "cancelled" }),
      { id: "d", name: "glob", args: {}, status: "executing", timestamp: time(5) },
    ];
    const told = await events(chat(gemini(1, "", { toolCalls: calls })));
    expect(data(told, "tool.called")).toHaveLength(4);
    expect(data(told, "tool.completed")[0]).toMatchObject({ callId: "a", exitCode: 1 });
    expect(data(told, "tool.failed")).toMatchObject([
      { callId: "b", error: "File not found: /x" },
      { callId: "c", interrupted: true },
    ]);
    expect(types(told)).not.toContain("file.read");
  });

  it("takes the messages that a resume writes again for what they are", async () => {
    const once = chat(
      user(1, [{ text: "Hi" }]),
      gemini(2, "Hello", { thoughts: [{ subject: "S", description: "d" }] }),
    );
    const again = [
      user(1, [{ text: "Hi" }]),
      gemini(2, [{ text: "**S** d", thought: true }, { text: "Hel" }, { text: "lo" }], {
        thoughts: [{ subject: "S", description: "d" }],
      }),
    ];
    const resumed =
      once +
      lines({ $set: { sessionId: SESSION } }, { $set: { messages: again, lastUpdated: time(9) } }, user(10, "More"));
    const told = await events(resumed);
    expect(told.slice(0, -1)).toEqual((await events(once)).map((event) => ({ ...event, source: expect.anything() })));
    expect(told.at(-1)).toMatchObject({ type: "message.sent", data: { text: "More" } });
  });

  it("records a rewind, with what it took back, and keeps that", async () => {
    const told = await events(
      chat(
        user(1, "one"),
        gemini(2, "1"),
        user(3, "two"),
        { $rewindTo: uuid(2) },
        { $rewindTo: "nobody" },
        { $rewindTo: "nobody" },
      ),
    );
    expect(data(told, "gemini.rewound")).toEqual([
      { to: uuid(2), messages: 2, found: true },
      { to: "nobody", messages: 1, found: false },
      { to: "nobody", messages: 0, found: false },
    ]);
    expect(data(told, "message.sent")).toHaveLength(3);
    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
  });

  it("knows a compression by the summary that stands in place of others", async () => {
    const summary = {
      id: "sum",
      timestamp: time(8),
      type: "user",
      content: [{ text: "<state_snapshot>So far</state_snapshot>" }],
    };
    const reply = { id: "ack", timestamp: time(8), type: "gemini", content: [{ text: "Got it." }] };
    const kept = gemini(4, "4");
    const content = chat(
      CONTEXT,
      user(2, "2"),
      gemini(3, "3"),
      kept,
      { $set: { messages: [CONTEXT, summary, reply, kept] } },
      user(9, "9"),
    );
    const told = await events(content);
    expect(data(told, "context.compacted")).toEqual([{ summary: "<state_snapshot>So far</state_snapshot>" }]);
    expect(
      data(told, "message.sent")
        .map((one) => [one["text"], one["synthetic"]])
        .slice(1),
    ).toEqual([
      ["2", undefined],
      ["3", undefined],
      ["4", undefined],
      ["<state_snapshot>So far</state_snapshot>", true],
      ["Got it.", true],
      ["9", undefined],
    ]);
    expect((await facts(content)).flatMap(({ prompt }) => prompt ?? [])).toEqual(["2", "9"]);
  });

  it("tells a part that changed as revised, also when it changes back", async () => {
    const masked = (output: string): object => gemini(1, "", { toolCalls: [call("a", "glob", {}, { output })] });
    const told = await events(chat(masked("long"), masked("…"), masked("long"), masked("…")));
    expect(data(told, "tool.completed")).toMatchObject([{ output: "long" }]);
    expect(data(told, "gemini.revised")).toMatchObject([
      { of: "tool.completed", data: { output: "…" } },
      { of: "tool.completed", data: { output: "long" } },
      { of: "tool.completed", data: { output: "…" } },
    ]);
    expect(new Set(told.map(({ id }) => id)).size).toBe(told.length);
  });

  it("holds an answer without tokens until they come, something follows, or the file has settled", async () => {
    const half = { ...gemini(2, "Hel"), tokens: null };
    const texts = async (content: string, old = false): Promise<unknown[]> =>
      data(await events(content, { old }), "message.sent").map(({ text }) => text);
    expect(await texts(chat(user(1, "Hi"), half))).toEqual(["Hi"]);
    expect(await texts(chat(user(1, "Hi"), half), true)).toEqual(["Hi", "Hel"]);
    expect(await texts(chat(user(1, "Hi"), half, gemini(2, "Hello")))).toEqual(["Hi", "Hello"]);
    expect(await texts(chat(user(1, "Hi"), half, { $set: { lastUpdated: time(3) } }, user(3, "?")))).toEqual([
      "Hi",
      "Hel",
      "?",
    ]);
  });

  it("titles the session, again with each change, and keeps what else is set", async () => {
    const summary = (text: string): object => ({ $set: { summary: text, memoryScratchpad: { a: 1 } } });
    const told = await events(chat(summary("A"), summary("A"), summary("B"), summary("A")));
    expect(data(told, "session.titled").map(({ title }) => title)).toEqual(["A", "B", "A"]);
    expect(data(told, "gemini.set")).toEqual([{ memoryScratchpad: { a: 1 } }]);
  });

  it("keeps what it does not understand", async () => {
    const image = { inlineData: { mimeType: "image/png", data: "AAAA" } };
    const told = await events(
      chat(user(1, [image]), { ...user(2, "x"), type: "newer" }, { mystery: true }, { ...user(3, "y"), extra: 1 }),
    );
    expect(types(told).slice(1)).toEqual([
      "gemini.content.inlinedata",
      "gemini.newer",
      "gemini.untyped",
      "message.sent",
      "gemini.message",
    ]);
    expect(data(told, "gemini.message")).toEqual([{ messageId: uuid(3), extra: 1 }]);
  });

  it("gives each of two sessions in one file its own", async () => {
    const other = { ...HEADER, sessionId: "22222222-2222-4222-8222-222222222222" };
    const steps = await read(chat(user(1, "a")) + lines(other, user(2, "b")));
    const natives = steps.map((step) => (step.kind === "record" ? step.nativeSession : undefined));
    expect(new Set(natives)).toEqual(new Set([SESSION, other.sessionId]));
    expect((await facts(chat(user(1, "a")) + lines(other))).every(({ link }) => link === undefined)).toBe(true);
  });

  it("links a sub-agent's chat to the session in whose folder it is", async () => {
    const content = lines({ ...HEADER, sessionId: "sub", kind: "subagent", directories: ["/w"] }, user(1, "do it"));
    const [first] = await facts(content, `chats/${SESSION}/sub.jsonl`);
    expect(first!.link).toEqual({ kind: "sub-agent", native: SESSION });
    const [started] = await events(content, { name: `chats/${SESSION}/sub.jsonl` });
    expect(started).toMatchObject({ data: { cause: "sub-agent", cwd: "/w" }, actor: { role: "sub-agent" } });
  });

  it("says what the session is about", async () => {
    const content = chat(
      { ...CONTEXT, id: "d04923d38bb0f6017037e74183378ef4" },
      user(2, "/stats"),
      user(3, "Read it\n--- Content from referenced files ---\nX"),
      gemini(4, "ok"),
    );
    const said = await facts(content);
    expect(said.flatMap(({ cwd }) => cwd ?? [])).toEqual(["/home/me/a b"]);
    expect(said.flatMap(({ prompt }) => prompt ?? [])).toEqual(["Read it"]);
    expect(said.flatMap(({ model }) => model ?? [])).toEqual(["gemini-test"]);
    // The context's id is a hash that all sessions share.
    expect(said.flatMap(({ uuid: id, parentUuid }) => (id === undefined ? [] : [[id, parentUuid]]))).toEqual([
      [uuid(2), undefined],
      [uuid(3), uuid(2)],
      [uuid(4), uuid(3)],
    ]);
  });

  it("reads on behind bad lines, and without its header", async () => {
    const content = `{"half\n[1]\n${lines(gemini(1, "a"))}`;
    const steps = await read(content, { name: "session-x.jsonl" });
    expect(steps.map(({ kind }) => kind)).toEqual(["bad", "bad", "record", "record"]);
    expect(steps.at(-1)).toMatchObject({ nativeSession: "session-x" });
  });
});

describe("a chat in one document", () => {
  const messages = [user(1, "Hi"), gemini(2, "Hello")];
  const document = (of: readonly object[], fields: object = {}): string =>
    JSON.stringify({ ...HEADER, messages: of, ...fields }, null, 2);

  it("gives the events that the same chat in lines gives", async () => {
    const inLines = await events(chat(...messages), { name: "a.jsonl" });
    const inOne = await events(document(messages), { name: "a.json" });
    expect(inOne.map(({ id, type, data: of }) => [id, type, of])).toEqual(
      inLines.map(({ id, type, data: of }) => [id, type, of]),
    );
    expect(await events(`\uFEFF${document(messages)}`)).toHaveLength(inOne.length);
    expect(await events(`${JSON.stringify({ ...HEADER, messages })}\n`)).toHaveLength(inOne.length);
  });

  it("adds to its events when it has grown, and its title when it has one", async () => {
    const before = await events(document(messages));
    const after = await events(document([...messages, user(3, "More")], { summary: "Greetings" }));
    const ids = new Set(after.map(({ id }) => id));
    expect(before.every(({ id }) => ids.has(id))).toBe(true);
    expect(types(after).slice(before.length)).toEqual(["message.sent", "session.titled"]);
  });

  it("is unfinished where it was cut, and bad where it is broken", async () => {
    const whole = document([...messages, user(3, "ä")]);
    const bytes = Buffer.from(whole);
    const kinds = new Set<string>();
    for (let end = 0; end < bytes.length; end += 1) {
      for (const { kind } of await read(bytes.subarray(0, end))) kinds.add(kind);
    }
    // A cut right behind a brace cannot be told from a break.
    expect(kinds).toEqual(new Set(["foreign", "unfinished", "bad"]));
    const broken = whole.replace('"type": "user"', '"type" "user"');
    expect(await read(broken)).toMatchObject([{ kind: "bad", reason: "not-json" }]);
    expect(await read(whole.replace("Hi", "\0\0"))).toMatchObject([{ kind: "bad", reason: "nul" }]);
    expect(await read(Buffer.concat([bytes.subarray(0, 200), Buffer.from([0xff]), bytes.subarray(200)]))).toMatchObject(
      [{ kind: "bad", reason: "not-utf8" }],
    );
  });

  it("is not read when it is too large", async () => {
    const large = Buffer.concat([Buffer.from(document(messages)), Buffer.alloc(LARGEST_DOCUMENT_BYTES, " ")]);
    expect(await read(large)).toMatchObject([{ kind: "bad", reason: "document-too-large" }]);
  });

  it("names messages that are none, and goes on", async () => {
    const steps = await read(document([...messages, 5 as unknown as object, null as unknown as object]));
    expect(steps.filter(({ kind }) => kind === "bad")).toHaveLength(2);
  });
});

it("leaves files that are not its own", async () => {
  const others: readonly unknown[] = [
    { type: "user", uuid: uuid(1), sessionId: SESSION, message: { role: "user", content: "x" } },
    { timestamp: time(1), type: "session_meta", payload: { id: SESSION } },
    { type: "session.start", data: { sessionId: SESSION }, id: uuid(1), timestamp: time(1), parentId: null },
    { seq: 0, id: "evt_1", time: time(1), type: "message.sent", data: { role: "user", text: "x" }, session: "sess_1" },
    { $set: { lastUpdated: 1 } },
    {},
  ];
  for (const other of others) expect(await read(lines(other, other))).toMatchObject([{ kind: "foreign" }]);
  for (const text of ["", "{", "{}", '{\n "name": "x",\n "messages": []\n}\n', "\0\0", "text"]) {
    expect(await read(text)).toMatchObject([{ kind: "foreign" }]);
  }
  expect(await read('{\n "sessionId": "x",\n "chatMessages": []\n}\n')).toMatchObject([{ kind: "foreign" }]);
});
