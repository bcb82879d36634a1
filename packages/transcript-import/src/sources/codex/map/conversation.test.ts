import { deriveSessionId, type JsonObject } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import {
  answer,
  turn,
  CWD,
  event,
  item,
  line,
  message,
  meta,
  prompt,
  read,
  shown,
  THREAD,
  time,
  tokens,
  types,
} from "../../../testing/rollouts.js";

const map = async (...lines: readonly JsonObject[]): Promise<readonly (readonly [string, JsonObject])[]> =>
  shown(await read([meta(0), ...lines]));
const mapTypes = async (...lines: readonly JsonObject[]): Promise<readonly string[]> =>
  types(await read([meta(0), ...lines]));
const dataOf = (type: string, events: readonly (readonly [string, JsonObject])[]): readonly JsonObject[] =>
  events.filter(([one]) => one === type).map(([, data]) => data);

describe("a session", () => {
  it("begins with its first line, at the time the thread was made, with what is known of it then", async () => {
    const { events } = await read([meta(9, { timestamp: time(0), model_provider: "p" })]);
    expect(events).toMatchObject([
      {
        type: "session.started",
        time: time(0),
        session: deriveSessionId("codex", THREAD),
        actor: { agent: "codex" },
        source: { kind: "import", agent: "codex", nativeSession: THREAD },
        data: {
          agent: "codex",
          agentVersion: "0.130.0",
          nativeSession: THREAD,
          cwd: CWD,
          branch: "main",
          commit: "0123abc",
          details: { originator: "codex-tui", source: "cli", model_provider: "p" },
        },
      },
    ]);
    expect(events[0]?.data).not.toHaveProperty("cause");
    expect(events[0]?.data).not.toHaveProperty("parent");
  });

  it("learns its model with the first turn and each change of it", async () => {
    const events = await map(...turn(1), ...turn(2), ...turn(3, { model: "gpt-test-2" }));
    expect(events.map(([type, { from, to }]) => [type, from, to])).toEqual([
      ["codex.task_started", undefined, undefined],
      ["model.switched", undefined, "gpt-test-1"],
      ["codex.task_started", undefined, undefined],
      ["codex.turn_context", undefined, undefined],
      ["codex.task_started", undefined, undefined],
      ["model.switched", "gpt-test-1", "gpt-test-2"],
    ]);
  });

  it("gets titles, and is compacted once, however many records tell it", async () => {
    const compacted = line(1, "compacted", { message: "so far", replacement_history: [{ type: "message" }] });
    const events = await map(
      compacted,
      event(1, "context_compacted"),
      event(2, "thread_name_updated", { thread_name: "Mine" }),
    );
    expect(events.map(([type]) => type)).toEqual(["context.compacted", "codex.context_compacted", "session.titled"]);
    expect(events[0]?.[1]).toEqual({
      summary: "so far",
      details: { message: "so far", replacement_history: [{ type: "message" }] },
    });
    expect(await mapTypes(event(1, "context_compacted"), compacted)).toEqual(["context.compacted", "codex.compacted"]);
  });
});

describe("messages", () => {
  it("are told once, whichever of their records comes first, and the other is kept whole", async () => {
    const [forModel, forDisplay] = prompt(1, "Hello");
    expect(await map(forModel!, forDisplay!)).toEqual([
      ["message.sent", { role: "user", text: "Hello" }],
      ["codex.user_message", forDisplay],
    ]);
    expect(await map(forDisplay!, forModel!)).toEqual([
      ["message.sent", { role: "user", text: "Hello" }],
      ["codex.message", forModel],
    ]);
    expect(await mapTypes(...answer(1, "Hi"))).toEqual(["message.sent", "codex.message"]);
    expect(await mapTypes(forDisplay!)).toEqual(["message.sent"]);
  });

  it("are told again when they were said again", async () => {
    const twice = await map(...prompt(1, "go on"), ...prompt(2, "go on"), ...answer(3, "ok"), ...answer(4, "ok"));
    expect(dataOf("message.sent", twice).map(({ text }) => text)).toEqual(["go on", "go on", "ok", "ok"]);
    // Nothing else than the words says that two records are one, and not from far away.
    const between = Array.from({ length: 60 }, (_, n) => event(n + 2, "warning"));
    const far = await map(message(1, "user", "go on"), ...between, event(99, "user_message", { message: "go on" }));
    expect(dataOf("message.sent", far)).toHaveLength(2);
  });

  it("have the same twin where items are completed", async () => {
    const done = (type: string, content: JsonObject): JsonObject =>
      event(1, "item_completed", { thread_id: THREAD, item: { type, id: "msg_1", content: [content] } });
    const events = await map(
      message(1, "user", "Hello"),
      done("UserMessage", { type: "text", text: "Hello" }),
      done("AgentMessage", { type: "Text", text: "Hi" }),
      message(1, "assistant", "Hi"),
    );
    expect(events.map(([type]) => type)).toEqual([
      "message.sent",
      "codex.item_completed",
      "message.sent",
      "codex.message",
    ]);
    expect(events[2]?.[1]).toMatchObject({ role: "assistant", text: "Hi", messageId: "msg_1" });
  });

  it("are synthetic when no person typed them", async () => {
    const events = await map(
      message(1, "developer", "<permissions instructions>"),
      message(1, "user", "# AGENTS.md instructions for /x\n", "<environment_context>\n  <cwd>/x</cwd>"),
      message(1, "user", "<user_instructions>\n\nx"),
      message(1, "user", "<turn_aborted>\nThe user interrupted"),
      event(1, "user_message", { message: "see above", kind: "environment_context" }),
      message(1, "user", "<environment_context> is a tag, what does it do?"),
      message(1, "user", "What is <environment_context>?"),
    );
    expect(dataOf("message.sent", events).map(({ role, synthetic }) => [role, synthetic])).toEqual([
      ["system", true],
      ["user", true],
      ["user", true],
      ["user", true],
      ["user", true],
      ["user", true],
      ["user", undefined],
    ]);
  });

  it("keep their images, and match what is shown without them", async () => {
    const content = [
      { type: "input_text", text: "<image name=[Image #1]>" },
      { type: "input_image", image_url: "data:" },
      { type: "input_text", text: "</image>" },
      { type: "input_text", text: "What is this?" },
    ];
    const events = await map(
      item(1, "message", { role: "user", content }),
      event(1, "user_message", { message: "What is this?", images: ["data:"] }),
    );
    expect(events.map(([type]) => type)).toEqual(["message.sent", "codex.user_message"]);
    expect(events[0]?.[1]).toMatchObject({ details: { content: [{ type: "input_image", image_url: "data:" }] } });
  });
});

describe("reasoning", () => {
  it("is told once, by parts or at once, and also when it is hidden", async () => {
    const summary = ["One", "Two"].map((text) => ({ type: "summary_text", text }));
    const shownParts = ["One", "Two"].map((text) => event(1, "agent_reasoning", { text }));
    const whole = item(1, "reasoning", { summary, encrypted_content: "gAAA" });
    expect(await map(...shownParts, whole)).toEqual([
      ["reasoning.recorded", { text: "One" }],
      ["reasoning.recorded", { text: "Two" }],
      ["codex.reasoning", whole],
    ]);
    expect(await map(whole, ...shownParts)).toEqual([
      ["reasoning.recorded", { text: "One\n\nTwo", details: { encrypted_content: "gAAA" } }],
      ["codex.agent_reasoning", shownParts[0]],
      ["codex.agent_reasoning", shownParts[1]],
    ]);
    expect(await map(item(1, "reasoning", { summary: [], encrypted_content: "gAAA" }))).toEqual([
      ["reasoning.recorded", { text: "", details: { encrypted_content: "gAAA" } }],
    ]);
  });
});

describe("usage", () => {
  const counted = (input: number, cached: number, out: number): JsonObject => ({
    input_tokens: input,
    cached_input_tokens: cached,
    output_tokens: out,
    total_tokens: input + out,
  });
  const usage = async (...lines: readonly JsonObject[]): Promise<readonly unknown[]> =>
    dataOf("usage.recorded", await map(...lines)).map((data) => [
      data["inputTokens"],
      data["cacheReadTokens"],
      data["outputTokens"],
      data["model"],
    ]);

  it("is what a request added, once, without what came from the cache", async () => {
    const [first, second] = [counted(100, 40, 5), counted(30, 10, 2)];
    const sum = counted(130, 50, 7);
    const lines = [
      ...turn(1),
      tokens(1, first, first),
      tokens(2, first, first),
      tokens(3, sum, second),
      tokens(4, sum, second),
    ];
    expect(await usage(...lines)).toEqual([
      [60, 40, 5, "gpt-test-1"],
      [20, 10, 2, "gpt-test-1"],
    ]);
  });

  it("has no gap where a count was lost, and does not count a total that was begun again", async () => {
    const lost = [tokens(1, counted(10, 0, 1), undefined), tokens(2, counted(60, 0, 6), counted(20, 0, 2))];
    expect(await usage(...lost)).toEqual([
      [10, 0, 1, undefined],
      [50, 0, 5, undefined],
    ]);
    const fell = [tokens(1, counted(100, 0, 9), counted(100, 0, 9)), tokens(2, counted(8, 0, 2), counted(5, 0, 1))];
    expect((await usage(...fell)).at(-1)).toEqual([5, 0, 1, undefined]);
    // Where a total begins in the middle, what was before it is not this session's.
    expect(await usage(tokens(1, counted(1000, 0, 90), counted(5, 0, 1)))).toEqual([[5, 0, 1, undefined]]);
    expect(await usage(tokens(1, undefined, counted(5, 0, 1)))).toEqual([[5, 0, 1, undefined]]);
  });

  it("is kept as it is where nothing was used", async () => {
    const limits = event(1, "token_count", { info: null, rate_limits: { primary: null } });
    expect(await map(limits)).toEqual([["codex.token_count", limits]]);
  });
});
