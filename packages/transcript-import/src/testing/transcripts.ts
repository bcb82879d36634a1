import { type JsonObject } from "@agentlog/types";

// Records as Claude Code writes them, made up here and as small as they can be.

export const SESSION = "11111111-1111-4111-8111-111111111111";

/** A UUID for a number. */
export function uuid(n: number): string {
  return `00000000-0000-4000-8000-${n.toString(16).padStart(12, "0")}`;
}

/** A time for a number: seconds after the same moment. */
export function time(n: number): string {
  return new Date(Date.UTC(2026, 0, 2, 3, 4, 5) + n * 1000).toISOString();
}

/** What every conversation record has. */
export function record(n: number, type: string, fields: JsonObject = {}): JsonObject {
  return {
    parentUuid: n === 0 ? null : uuid(n - 1),
    isSidechain: false,
    userType: "external",
    cwd: "/home/me/project",
    sessionId: SESSION,
    version: "2.1.101",
    gitBranch: "main",
    type,
    uuid: uuid(n),
    timestamp: time(n),
    ...fields,
  };
}

export function prompt(n: number, text: string, fields: JsonObject = {}): JsonObject {
  return record(n, "user", { message: { role: "user", content: text }, ...fields });
}

/** One line of an answer. */
export function answer(n: number, block: JsonObject, message: JsonObject = {}): JsonObject {
  return record(n, "assistant", {
    requestId: "req_1",
    message: {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "claude-test-1",
      content: [block],
      stop_reason: null,
      usage: { input_tokens: 3, output_tokens: 5, cache_read_input_tokens: 7, cache_creation_input_tokens: 11 },
      ...message,
    },
  });
}

export function call(n: number, id: string, name: string, input: JsonObject, message: JsonObject = {}): JsonObject {
  return answer(n, { type: "tool_use", id, name, input }, message);
}

export function result(
  n: number,
  id: string,
  content: string,
  fields: JsonObject = {},
  block: JsonObject = {},
): JsonObject {
  const results = [{ type: "tool_result", tool_use_id: id, content, ...block }];
  return record(n, "user", { message: { role: "user", content: results }, ...fields });
}

/** A transcript's text. */
export function jsonl(records: readonly JsonObject[]): string {
  return records.map((one) => `${JSON.stringify(one)}\n`).join("");
}
