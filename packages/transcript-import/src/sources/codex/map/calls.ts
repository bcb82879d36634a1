import { type ToolKind } from "@agentlog/types";
import { type FileChange } from "../../../records/patch-text.js";

/** What is known of a tool call, from any of the records about it. */
export interface Call {
  name: string | undefined;
  kind: ToolKind | undefined;
  /** What its input would do to files. */
  changes: readonly FileChange[];
  /** How it went, where a record before its result has said so. */
  exitCode: number | undefined;
  durationMs: number | undefined;
  error: string | undefined;
  /** What was told of it already: each of these has several records that tell it. */
  readonly told: Set<"call" | "result" | "process" | "files" | "agent">;
}

/** The calls of one file, by id. */
export interface Calls {
  get(callId: string): Call;
}

/** Those of a long file must not add up; the records about one call are near each other. */
const MOST_CALLS = 10_000;

export function createCalls(): Calls {
  const calls = new Map<string, Call>();
  return {
    get: (callId) => {
      const known = calls.get(callId);
      if (known !== undefined) return known;
      const call: Call = {
        name: undefined,
        kind: undefined,
        changes: [],
        exitCode: undefined,
        durationMs: undefined,
        error: undefined,
        told: new Set(),
      };
      calls.set(callId, call);
      if (calls.size > MOST_CALLS) calls.delete(calls.keys().next().value!);
      return call;
    },
  };
}
