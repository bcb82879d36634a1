import { randomUUID } from "node:crypto";
import { deriveSessionId, type SessionId, toNativeSessionId } from "@agentlog/types";
import { markOf } from "./marks.js";

/** Made-up payloads of Claude Code's hooks, one session's, each with the next mark. */
export interface HookedSession {
  readonly session: SessionId;
  readonly marks: number;
  /** The first is that of its start. */
  next(): string;
  /** The last. */
  end(): string;
}

export function createHookedSession(): HookedSession {
  const native = randomUUID();
  let marks = 0;
  let callId = "";
  const payload = (hook_event_name: string, fields: object): string => {
    const common = { session_id: native, transcript_path: `/nowhere/${native}.jsonl`, cwd: "/work/soak" };
    return JSON.stringify({ ...common, hook_event_name, ...fields });
  };
  return {
    session: deriveSessionId("claude", toNativeSessionId(native)),
    get marks() {
      return marks;
    },
    next: () => {
      const n = marks++;
      const mark = markOf(n);
      if (n === 0) return payload("SessionStart", { source: "startup", session_title: `soak ${mark}` });
      switch (n % 4) {
        case 0:
          return payload("Notification", { message: mark });
        case 1:
          return payload("UserPromptSubmit", { prompt_id: randomUUID(), prompt: `Do ${mark}` });
        case 2:
          callId = `toolu_${randomUUID().replaceAll("-", "")}`;
          return payload("PreToolUse", { tool_use_id: callId, tool_name: "Bash", tool_input: { command: mark } });
        default:
          return payload("PostToolUse", { tool_use_id: callId, tool_name: "Bash", tool_response: { stdout: mark } });
      }
    },
    end: () => payload("SessionEnd", { reason: `other ${markOf(marks++)}` }),
  };
}
