import { isAbsolute } from "node:path";
import { isSessionId, isTraceId, type SessionId, type TraceId } from "@agentlog/types";
import type { SessionWriter } from "./writer.js";

/** The variables that tell a child process which session it belongs to. */
export type SessionEnvironment = {
  readonly AGENTLOG_SESSION_ID: string;
  readonly AGENTLOG_STORE: string;
  readonly AGENTLOG_TRACE_ID: string;
};

/** The variables for a child process of a session: `spawn(command, { env: { ...process.env, ...sessionEnvironment(session) } })`. */
export function sessionEnvironment(writer: Pick<SessionWriter, "id" | "store" | "traceId">): SessionEnvironment {
  return {
    AGENTLOG_SESSION_ID: writer.id,
    AGENTLOG_STORE: writer.store.root,
    AGENTLOG_TRACE_ID: writer.traceId,
  };
}

/** What a parent process told; `parent` and `trace` are options of `createSession`. */
export type EnvironmentParent = {
  readonly parent?: SessionId;
  /** The root of the parent's store, absolute. */
  readonly store?: string;
  readonly trace?: { readonly traceId: TraceId };
};

const LONGEST_PATH = 4_096;

/** Reads the parent's session from the environment. A value that is not what it should be counts as absent. */
export function parentFromEnvironment(
  env: Readonly<Record<string, string | undefined>> = process.env,
): EnvironmentParent {
  const parent = env["AGENTLOG_SESSION_ID"];
  const store = env["AGENTLOG_STORE"];
  const traceId = env["AGENTLOG_TRACE_ID"];
  return {
    ...(isSessionId(parent) ? { parent } : {}),
    ...(isStoreRoot(store) ? { store } : {}),
    ...(isTraceId(traceId) ? { trace: { traceId } } : {}),
  };
}

function isStoreRoot(path: unknown): path is string {
  return typeof path === "string" && path.length <= LONGEST_PATH && isAbsolute(path) && !path.includes("\0");
}
