import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type JsonObject } from "@agentlog/types";
import { codexSource } from "../sources/codex/source.js";
import { type Reading, readWhole } from "./reading.js";
import { temporaryFolder } from "./stores.js";

// Records as Codex writes them, made up here and as small as they can be.

const START = Date.UTC(2026, 4, 6, 7, 8, 9);

/** A time for a number: seconds after the same moment. */
export function time(n: number): string {
  return new Date(START + n * 1000).toISOString();
}

/** A UUID of version 7 made at the time of that number. */
export function id(n: number, which = 0): string {
  const ms = (START + n * 1000).toString(16).padStart(12, "0");
  return `${ms.slice(0, 8)}-${ms.slice(8)}-7000-8000-${which.toString(16).padStart(12, "0")}`;
}

export const THREAD: string = id(0);
export const CWD = "/home/me/project";

export function line(n: number, type: string, payload: JsonObject): JsonObject {
  return { timestamp: time(n), type, payload };
}

export function meta(n: number, fields: JsonObject = {}): JsonObject {
  return line(n, "session_meta", {
    id: THREAD,
    timestamp: time(n),
    cwd: CWD,
    originator: "codex-tui",
    cli_version: "0.130.0",
    source: "cli",
    git: { branch: "main", commit_hash: "0123abc" },
    ...fields,
  });
}

export function item(n: number, type: string, fields: JsonObject): JsonObject {
  return line(n, "response_item", { type, ...fields });
}

export function event(n: number, type: string, fields: JsonObject = {}): JsonObject {
  return line(n, "event_msg", { type, ...fields });
}

export function message(n: number, role: string, ...texts: readonly string[]): JsonObject {
  const type = role === "assistant" ? "output_text" : "input_text";
  return item(n, "message", { role, content: texts.map((text) => ({ type, text })) });
}

/** The two records with which a turn begins. */
export function turn(n: number, fields: JsonObject = {}): readonly JsonObject[] {
  const turn_id = id(n, 1);
  const context = line(n, "turn_context", { turn_id, cwd: CWD, model: "gpt-test-1", ...fields });
  return [event(n, "task_started", { turn_id }), context];
}

/** What a person typed, as it is written: once for the model and once for the display. */
export function prompt(n: number, text: string): readonly JsonObject[] {
  return [message(n, "user", text), event(n, "user_message", { message: text })];
}

export function answer(n: number, text: string): readonly JsonObject[] {
  return [event(n, "agent_message", { message: text }), message(n, "assistant", text)];
}

export function call(n: number, callId: string, name: string, input: JsonObject): JsonObject {
  return item(n, "function_call", { name, arguments: JSON.stringify(input), call_id: callId });
}

export function output(n: number, callId: string, text: string): JsonObject {
  return item(n, "function_call_output", { call_id: callId, output: text });
}

/** The counters, of which the first is the sum over the session. */
export function tokens(n: number, total: JsonObject | undefined, last: JsonObject | undefined): JsonObject {
  return event(n, "token_count", { info: { total_token_usage: total, last_token_usage: last } });
}

/** A transcript's text; a string is a line as it is. */
export function jsonl(lines: readonly (JsonObject | string)[]): string {
  return lines.map((one) => `${typeof one === "string" ? one : JSON.stringify(one)}\n`).join("");
}

/** Reads a rollout. */
export function readFile(path: string): Promise<Reading> {
  return readWhole(codexSource, path);
}

export async function read(
  lines: readonly (JsonObject | string)[],
  name = `rollout-x-${THREAD}.jsonl`,
): Promise<Reading> {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, jsonl(lines));
  return readFile(path);
}

/** Type and data of the events but the session's start. */
export function shown({ events }: Reading): readonly (readonly [string, JsonObject])[] {
  return events.filter(({ type }) => type !== "session.started").map(({ type, data }) => [type, data]);
}

export function types(reading: Reading): readonly string[] {
  return shown(reading).map(([type]) => type);
}
