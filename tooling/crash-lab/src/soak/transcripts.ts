import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { deriveSessionId, type SessionId, toNativeSessionId } from "@agentlog/types";
import { markOf } from "./marks.js";

/** Made-up transcripts, in the formats of two agents, that grow a line at a time. */

export interface Transcript {
  readonly session: SessionId;
  readonly path: string;
  /** Its next lines, each with its end; they carry one mark more. */
  grow(): string;
  readonly marks: number;
}

const CWD = "/work/soak";

export function claudeTranscript(folder: string): Transcript {
  const native = randomUUID();
  let marks = 0;
  let parentUuid: string | null = null;
  const record = (type: "user" | "assistant", message: object, more: object = {}): string => {
    const uuid = randomUUID();
    const line = {
      parentUuid,
      uuid,
      type,
      sessionId: native,
      cwd: CWD,
      isSidechain: false,
      ...now(),
      message,
      ...more,
    };
    parentUuid = uuid;
    return toLine(line);
  };
  const answer = (id: string, stop_reason: string, block: object): string => {
    const usage = { input_tokens: 10, output_tokens: 20 };
    const message = { id, role: "assistant", model: "made-up", content: [block], stop_reason, usage };
    return record("assistant", message, { requestId: `req_${id}` });
  };
  return {
    session: deriveSessionId("claude", toNativeSessionId(native)),
    path: join(folder, `${native}.jsonl`),
    get marks() {
      return marks;
    },
    grow: () => {
      const mark = markOf(marks);
      const id = `toolu_${randomUUID().replaceAll("-", "")}`;
      switch (marks++ % 4) {
        case 0:
          return record("user", { role: "user", content: `Do ${mark}` });
        case 1:
          return answer(`msg_${id}`, "tool_use", { type: "tool_use", id, name: "Bash", input: { command: mark } });
        case 2:
          return record("user", { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: mark }] });
        default:
          return answer(`msg_${id}`, "end_turn", { type: "text", text: `Done ${mark}` });
      }
    },
  };
}

export function codexTranscript(folder: string): Transcript {
  const thread = randomUUID();
  let marks = 0;
  const line = (type: string, payload: object): string => toLine({ ...now(), type, payload });
  return {
    session: deriveSessionId("codex", toNativeSessionId(thread)),
    path: join(folder, `rollout-2026-01-02T03-04-05-${thread}.jsonl`),
    get marks() {
      return marks;
    },
    grow: () => {
      const mark = markOf(marks);
      const head = marks === 0 ? line("session_meta", { id: thread, cwd: CWD, originator: "made-up" }) : "";
      const call_id = `call_${randomUUID().replaceAll("-", "")}`;
      switch (marks++ % 3) {
        case 0:
          return `${head}${line("response_item", message("assistant", "output_text", mark))}`;
        case 1:
          return line("response_item", {
            type: "function_call",
            name: "shell",
            call_id,
            arguments: `{"command":["${mark}"]}`,
          });
        default:
          return line("response_item", { type: "function_call_output", call_id, output: mark });
      }
    },
  };
}

function message(role: string, type: string, text: string): object {
  return { type: "message", role, content: [{ type, text }] };
}

function now(): { readonly timestamp: string } {
  return { timestamp: new Date().toISOString() };
}

function toLine(record: object): string {
  return `${JSON.stringify(record)}\n`;
}
