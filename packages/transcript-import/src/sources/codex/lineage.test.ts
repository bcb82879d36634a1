import { deriveSessionId, type JsonObject } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { type Reading } from "../../testing/reading.js";
import {
  answer,
  event,
  id,
  line,
  message,
  meta,
  prompt,
  read,
  shown,
  THREAD,
  time,
  tokens,
  turn,
  types,
} from "../../testing/rollouts.js";

const CHILD = id(100);
const GRANDCHILD = id(200);
const USED = { input_tokens: 100, cached_input_tokens: 0, output_tokens: 10 };
const MORE = { input_tokens: 150, cached_input_tokens: 0, output_tokens: 15 };
const LAST = { input_tokens: 50, cached_input_tokens: 0, output_tokens: 5 };

const PARENT: readonly JsonObject[] = [
  meta(0),
  ...turn(1),
  ...prompt(1, "one"),
  ...answer(2, "first"),
  tokens(3, USED, USED),
];

/** Lines as a fork writes them again: all at one moment, everything else as it was. */
function copied(lines: readonly JsonObject[], n: number): readonly JsonObject[] {
  return lines.map((one) => ({ ...one, timestamp: time(n) }));
}

const CHILD_META = meta(100, { id: CHILD, forked_from_id: THREAD });
const OWN: readonly JsonObject[] = [
  ...turn(103),
  tokens(103, USED, USED),
  ...prompt(103, "two"),
  ...answer(104, "second"),
  tokens(105, MORE, LAST),
];
const said = (reading: Reading): readonly unknown[] =>
  shown(reading).flatMap(([type, { text, inputTokens }]) =>
    type.startsWith("codex.") ? [] : [text ?? inputTokens ?? type],
  );

describe("a fork", () => {
  it("comes from the thread it names, and has only what happened in it", async () => {
    const reading = await read([CHILD_META, ...copied(PARENT, 100), ...OWN], `rollout-x-${CHILD}.jsonl`);
    expect(said(reading)).toEqual(["model.switched", "two", "second", 50]);
    expect(new Set(reading.records.map(({ nativeSession }) => nativeSession))).toEqual(new Set([CHILD]));
    expect(reading.events[0]).toMatchObject({
      type: "session.started",
      data: { cause: "fork", parent: deriveSessionId("codex", THREAD), nativeSession: CHILD },
    });
    const links = reading.facts.flatMap(({ link }) => link ?? []);
    expect(links).toEqual([{ kind: "fork", native: THREAD }]);
    expect(reading.facts.flatMap(({ prompt: typed }) => typed ?? [])).toEqual(["two"]);
  });

  it("shares the ids of its turns with the thread it came from", async () => {
    const uuids = async (lines: readonly JsonObject[]): Promise<readonly unknown[]> =>
      (await read(lines)).facts.flatMap(({ uuid, parentUuid }) => (uuid === undefined ? [] : [[uuid, parentUuid]]));
    expect(await uuids([...PARENT, ...turn(50)])).toEqual([
      [id(1, 1), undefined],
      [id(50, 1), id(1, 1)],
    ]);
    expect(await uuids([CHILD_META, ...copied(PARENT, 100), ...OWN])).toEqual([
      [id(1, 1), undefined],
      [id(103, 1), id(1, 1)],
    ]);
  });

  it("of a fork skips the history of all its ancestors", async () => {
    const lines = [
      meta(200, { id: GRANDCHILD, forked_from_id: CHILD }),
      ...copied([CHILD_META, ...PARENT, ...OWN], 200),
      ...turn(201),
      ...prompt(201, "three"),
    ];
    expect(said(await read(lines))).toEqual(["model.switched", "three"]);
  });

  it("has nothing but its beginning until something happens in it", async () => {
    expect(types(await read([CHILD_META, ...copied(PARENT, 100)]))).toEqual([]);
    expect(said(await read([CHILD_META, ...OWN]))).toEqual(["model.switched", 100, "two", "second", 50]);
  });

  it("of a version without turn ids ends its copy with the first pause", async () => {
    const withoutIds = (lines: readonly JsonObject[]): readonly JsonObject[] =>
      lines.filter(
        ({ type, payload }) => type !== "turn_context" && (payload as JsonObject)["type"] !== "task_started",
      );
    const lines = [CHILD_META, ...copied(withoutIds(PARENT), 100), ...withoutIds(OWN)];
    expect(said(await read(lines))).toEqual(["two", "second", 50]);
  });

  it("is one without saying so when another thread's beginning stands behind its own", async () => {
    const lines = [meta(100, { id: CHILD }), ...copied(PARENT, 100), ...OWN];
    expect(said(await read(lines))).toEqual(["model.switched", "two", "second", 50]);
  });

  it("of itself, or in a circle, is told without end or error", async () => {
    expect((await read([meta(0, { forked_from_id: THREAD })])).facts[0]).not.toHaveProperty("link");
    const circle = [CHILD_META, meta(100, { forked_from_id: CHILD }), CHILD_META, meta(100, { forked_from_id: CHILD })];
    expect((await read(circle)).facts.flatMap(({ link }) => link ?? [])).toEqual([
      { kind: "fork", native: THREAD },
      { kind: "fork", native: THREAD },
    ]);
  });
});

describe("a sub-agent", () => {
  const spawn = { thread_spawn: { parent_thread_id: THREAD, depth: 1, agent_nickname: "Ada" } };
  const SPAWNED = meta(100, { id: CHILD, source: { subagent: spawn }, thread_source: "subagent" });

  it("comes from the thread that started it, and nobody types there", async () => {
    const reading = await read([SPAWNED, ...OWN]);
    expect(reading.facts[0]?.link).toEqual({ kind: "sub-agent", native: THREAD });
    expect(reading.events[0]).toMatchObject({
      data: { cause: "sub-agent", parent: deriveSessionId("codex", THREAD) },
      actor: { agent: "codex", name: "Ada", role: "sub-agent" },
    });
    expect(reading.facts.flatMap(({ prompt: typed }) => typed ?? [])).toEqual([]);
    expect(shown(reading)).toContainEqual(["message.sent", { role: "user", text: "two", synthetic: true }]);
  });

  it("is no fork although it began with a copy, and its own part begins at the ordinal it names", async () => {
    const fields = { id: CHILD, parent_thread_id: THREAD, forked_from_id: THREAD, subagent_history_start_ordinal: 10 };
    const history = [...copied(PARENT, 100), message(100, "user", "copied")];
    // The task stands before the first turn, so only the ordinal says that it is no copy.
    const lines = [meta(100, fields), ...history, message(100, "user", "task"), ...OWN];
    const reading = await read(lines.map((one, ordinal) => ({ ...one, ordinal })));
    expect(reading.facts[0]?.link).toEqual({ kind: "sub-agent", native: THREAD });
    expect(said(reading)).toEqual(["task", "model.switched", "two", "second", 50]);
    // What it copied does not make it look like a fork.
    expect(reading.facts.flatMap(({ uuid }) => uuid ?? [])).toEqual([id(103, 1)]);
  });

  it("that names no parent has no link", async () => {
    const { facts, events } = await read([meta(0, { source: { subagent: "review" } })]);
    expect(facts[0]).not.toHaveProperty("link");
    expect(events[0]?.data["cause"]).toBe("sub-agent");
  });
});

describe("a thread", () => {
  it("goes on in its file when it is resumed", async () => {
    const resumed = meta(500, { timestamp: time(0), cwd: "/elsewhere", git: { branch: "b2" } });
    const reading = await read([...PARENT, resumed, ...turn(501, { cwd: "/elsewhere" }), ...prompt(501, "again")]);
    expect(said(reading)).toEqual(["model.switched", "one", "first", 100, "again"]);
    expect(reading.events.filter(({ type }) => type === "session.started")).toHaveLength(1);
    expect(reading.facts.flatMap(({ branch }) => branch ?? [])).toEqual(["main", "b2"]);
    expect(reading.facts.flatMap(({ cwd }) => cwd ?? []).at(-1)).toBe("/elsewhere");
  });

  it("is not the one of a `session_meta` further on", async () => {
    const { records, facts } = await read([...PARENT, meta(300, { id: CHILD, cwd: "/other", forked_from_id: THREAD })]);
    expect(new Set(records.map(({ nativeSession }) => nativeSession))).toEqual(new Set([THREAD]));
    expect(facts.some(({ cwd, link }) => cwd === "/other" || link !== undefined)).toBe(false);
  });

  it("says where its conversation was compacted", async () => {
    const { facts } = await read([...PARENT, line(5, "compacted", { message: "" }), ...turn(6), ...turn(7)]);
    expect(facts.flatMap(({ uuid, isHead }) => (uuid === undefined ? [] : [[uuid, isHead]]))).toEqual([
      [id(1, 1), undefined],
      [id(6, 1), true],
      [id(7, 1), undefined],
    ]);
  });

  it("has as its prompt what was typed, and the title it was given last", async () => {
    const ide = "# Context from my IDE setup:\n\n## Open tabs:\n- a.ts\n\n## My request for Codex:\nFix it";
    const { facts } = await read([
      meta(0),
      message(1, "user", "<environment_context>\n</environment_context>"),
      ...prompt(1, ide),
      event(2, "thread_name_updated", { thread_name: "Mine" }),
    ]);
    expect(facts.flatMap(({ prompt: typed }) => typed ?? [])).toEqual(["Fix it"]);
    expect(facts.flatMap(({ title }) => title ?? [])).toEqual([{ text: "Mine" }]);
    expect(facts[0]).toMatchObject({ cwd: "/home/me/project", branch: "main", commit: "0123abc", time: time(0) });
  });
});
