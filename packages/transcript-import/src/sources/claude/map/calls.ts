import { type JsonObject, type ToolKind } from "@agentlog/types";

/** A tool call whose result has not come yet. */
export interface OpenCall {
  readonly name: string;
  readonly kind: ToolKind;
  /** The file it is about, as its input names it. */
  readonly path: string | undefined;
}

/** The calls of one file that wait for their results. */
export interface Calls {
  open(callId: string, call: OpenCall): void;
  /** The call of a result; undefined when it was never seen. */
  close(callId: string): OpenCall | undefined;
}

/** Calls that never get a result must not add up in a long file. */
const MOST_OPEN_CALLS = 10_000;

export function createCalls(): Calls {
  const calls = new Map<string, OpenCall>();
  return {
    open: (callId, call) => {
      calls.set(callId, call);
      if (calls.size > MOST_OPEN_CALLS) calls.delete(calls.keys().next().value!);
    },
    close: (callId) => {
      const call = calls.get(callId);
      calls.delete(callId);
      return call;
    },
  };
}

/** The file a tool's input names. */
export function pathInInput(input: JsonObject | undefined): string | undefined {
  const path = input?.["file_path"] ?? input?.["notebook_path"];
  return typeof path === "string" && path !== "" ? path : undefined;
}
