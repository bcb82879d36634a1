import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type JsonObject, type JsonValue } from "@agentlog/types";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { cuts, expectSameLog } from "../../testing/growth.js";
import {
  answer,
  call,
  event,
  id,
  item,
  jsonl,
  line,
  message,
  meta,
  output,
  prompt,
  read,
  readFile,
  THREAD,
  tokens,
  turn,
} from "../../testing/rollouts.js";
import { temporaryFolder } from "../../testing/stores.js";
import { codexSource } from "./source.js";

const words = fc.constantFrom("go on", "ok", "", "<environment_context>", "ä");

/** Records that each know their number: what stands together in a rollout. */
const scene: fc.Arbitrary<(n: number) => readonly (JsonObject | string)[]> = fc.oneof(
  words.map((text) => (n: number) => [...turn(n), ...prompt(n, text)]),
  words.map((text) => (n: number) => answer(n, text)),
  fc
    .constantFrom("Exit code: 0", "Exit code: 1", "aborted by user")
    .map((text) => (n: number) => [
      call(n, `call_${n}`, "shell", { command: ["ls"] }),
      output(n + 1, `call_${n}`, text),
    ]),
  fc.integer({ min: 0, max: 3 }).map((used) => (n: number) => {
    const total = { input_tokens: n * used, output_tokens: n };
    return [tokens(n, total, total), tokens(n + 1, total, total)];
  }),
  words.map((text) => () => [{ type: "message", role: "user", content: [{ type: "input_text", text }] }]),
  fc.constant((n: number) => [line(n, "compacted", { message: "s" }), event(n, "context_compacted")]),
  fc.constantFrom("{half", "[1]", "\0\0\0", "").map((one) => () => [one]),
);

const history: fc.Arbitrary<readonly (JsonObject | string)[]> = fc
  .array(scene, { maxLength: 12 })
  .map((scenes) => scenes.flatMap((make, index) => make(1000 + index * 10)));

/** A thread, or a fork of one with the copy in front. */
const rollout: fc.Arbitrary<Buffer> = fc
  .record({ copy: fc.option(history), own: history, end: fc.constantFrom("\n", "\r\n") })
  .map(({ copy, own, end }) => {
    const [front, copied] =
      copy === null
        ? [meta(0), []]
        : [meta(0, { forked_from_id: id(-9000) }), [meta(0, { id: id(-9000) }), ...copy.map((one) => again(one))]];
    return Buffer.from(jsonl([front, ...copied, ...own]).replaceAll("\n", end));
  });

/** A line as a copy: earlier turns, the time of the fork. */
function again(one: JsonObject | string): JsonObject | string {
  if (typeof one === "string" || one["payload"] === undefined) return one;
  const payload = one["payload"] as JsonObject;
  const turnId = payload["turn_id"] === undefined ? {} : { turn_id: id(-5000, 1) };
  return { ...one, timestamp: meta(0)["timestamp"], payload: { ...payload, ...turnId } };
}

it("gives the same log in any steps of growth, each imported twice, as at once", { timeout: 60_000 }, async () => {
  const name = `rollout-x-${THREAD}.jsonl`;
  await fc.assert(
    fc.asyncProperty(rollout, cuts, (bytes, at) =>
      expectSameLog({ source: codexSource, nativeSession: THREAD, name, bytes, cuts: at }),
    ),
    { numRuns: 40 },
  );
});

it("reads of every part of a file a beginning of what it reads of the whole", { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(rollout, async (bytes) => {
      const path = join(temporaryFolder(), `rollout-x-${THREAD}.jsonl`);
      writeFileSync(path, bytes);
      const whole = (await readFile(path)).events.map((one) => JSON.stringify(one));
      const lineEnds = [...bytes.entries()].flatMap(([at, byte]) => (byte === 10 ? [at + 1] : []));
      for (const end of lineEnds) {
        writeFileSync(path, bytes.subarray(0, end));
        const part = (await readFile(path)).events.map((one) => JSON.stringify(one));
        expect(part).toEqual(whole.slice(0, part.length));
      }
    }),
    { numRuns: 30 },
  );
});

/** Each kind of record with all its fields, to put something else into them. */
const FULL: readonly JsonObject[] = [
  meta(0, {
    forked_from_id: id(-1),
    parent_thread_id: id(-2),
    subagent_history_start_ordinal: 2,
    source: { subagent: { thread_spawn: { parent_thread_id: id(-2), agent_nickname: "Ada" } } },
    thread_source: "subagent",
  }),
  ...turn(1),
  ...prompt(1, "x"),
  ...answer(2, "y"),
  item(3, "reasoning", { summary: [{ type: "summary_text", text: "z" }], content: null }),
  event(3, "agent_reasoning", { text: "z" }),
  call(4, "c1", "apply_patch", { input: "*** Begin Patch\n*** Add File: a\n+b\n*** End Patch" }),
  output(5, "c1", '{"output":"x","metadata":{"exit_code":1,"duration_seconds":1}}'),
  item(6, "custom_tool_call", { call_id: "c2", name: "exec", input: "x" }),
  item(6, "custom_tool_call_output", { call_id: "c2", output: [{ type: "input_text", text: "x" }] }),
  item(6, "web_search_call", { id: "w1", status: "completed", action: { type: "search" } }),
  item(6, "local_shell_call", { call_id: "c3", action: { command: ["ls"] } }),
  event(6, "exec_command_end", {
    call_id: "c3",
    command: ["ls"],
    exit_code: 0,
    duration: { secs: 0, nanos: 1 },
    status: "x",
  }),
  event(6, "patch_apply_end", {
    call_id: "c4",
    success: true,
    changes: { a: { type: "update", unified_diff: "@@\n+x" } },
  }),
  event(6, "mcp_tool_call_end", {
    call_id: "c5",
    invocation: { server: "s", tool: "t", arguments: {} },
    duration: { secs: 0, nanos: 1 },
    result: { Ok: { content: [], isError: false } },
  }),
  event(7, "item_completed", { item: { type: "UserMessage", id: "i", content: [{ type: "text", text: "x" }] } }),
  event(7, "item_completed", { item: { type: "CommandExecution", id: "i2", command: ["ls"], exit_code: 1 } }),
  event(7, "item_completed", { item: { type: "Reasoning", id: "i3", summary_text: ["x"], raw_content: [] } }),
  event(7, "item_completed", {
    item: { type: "FileChange", id: "i4", status: "completed", changes: { a: { type: "add" } } },
  }),
  event(7, "collab_agent_spawn_end", {
    call_id: "c6",
    new_thread_id: id(9),
    prompt: "x",
    model: "m",
    new_agent_role: "r",
  }),
  event(7, "collab_waiting_end", { call_id: "c7", statuses: { a: { completed: "x" } } }),
  event(7, "guardian_assessment", {
    id: "g",
    target_item_id: "c",
    status: "denied",
    action: { command: "x" },
    rationale: "r",
  }),
  event(7, "thread_settings_applied", { thread_settings: { cwd: "/", model: "m2" } }),
  event(7, "model_reroute", { from_model: "a", to_model: "b", reason: "r" }),
  event(7, "thread_name_updated", { thread_name: "t" }),
  event(7, "view_image_tool_call", { call_id: "c8", path: "/a.png" }),
  event(7, "exec_approval_request", { call_id: "c9", command: ["rm"] }),
  tokens(8, { input_tokens: 1, output_tokens: 1 }, { input_tokens: 1, output_tokens: 1 }),
  line(9, "compacted", { message: "s", replacement_history: [] }),
];

/** The value with other values in some places. */
function disturbed(value: JsonValue | undefined, next: () => JsonValue | undefined): JsonValue {
  const other = next();
  if (other !== undefined) return other;
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map((one) => disturbed(one, next));
  if (typeof value !== "object" || value === null) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, disturbed(one, next)]));
}

it("takes anything in any field: what it makes of it is always an event", { timeout: 60_000 }, async () => {
  const places = fc.array(
    fc.record({ after: fc.nat(25), value: fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue> }),
    {
      minLength: 1,
      maxLength: 60,
    },
  );
  await fc.assert(
    fc.asyncProperty(places, async (changes) => {
      let at = 0;
      let wait = changes[0]!.after;
      const next = (): JsonValue | undefined => {
        if (at === changes.length || wait-- > 0) return undefined;
        const { value } = changes[at]!;
        at += 1;
        wait = changes[at]?.after ?? 0;
        return value;
      };
      const lines = FULL.map((one) => JSON.stringify(disturbed(one, next)));
      const { records, events } = await read([...lines, message(99, "user", "last")]);
      expect(new Set(records.map(({ session }) => session)).size).toBe(1);
      expect(events.every(({ time: when }) => /^\d{4}-.*\.\d{3}Z$/.test(when))).toBe(true);
      expect(events.some(({ data }) => JSON.stringify(data).includes("last"))).toBe(true);
    }),
    { numRuns: 150 },
  );
});
