import { isSessionId, type JsonObject, type SessionId } from "@agentlog/types";
import { isObject, textField } from "../records/fields.js";

/** One call of a hook as the capture program left it in the spool, read and checked. */
export interface HookCall {
  readonly agent: string;
  /** When the agent called, RFC 3339 in UTC with milliseconds. */
  readonly received: string;
  /** The agent's process, equal only for the same one. */
  readonly process: string | undefined;
  readonly cwd: string | undefined;
  readonly host: string | undefined;
  /** The session that a writer had given to the process. */
  readonly session: SessionId | undefined;
  readonly payload: JsonObject;
  /** The payload as it came. */
  readonly text: string;
}

/** Why an entry is none that this version can use. */
export type Unreadable = "bad-entry" | "other-version" | "truncated" | "bad-payload";

const VERSION = 1;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** Reads the bytes of a spool entry: `{v: 1, agent, received, process?, cwd?, host?, env?, payload, encoding?, truncated?}`. */
export function readCaptured(bytes: Buffer): HookCall | Unreadable {
  const entry = parseObject(bytes.toString("utf8"));
  if (entry === undefined) return "bad-entry";
  if (entry["v"] !== VERSION) return "other-version";
  const agent = textField(entry, "agent");
  const received = textField(entry, "received");
  const raw = entry["payload"];
  if (agent === undefined || received === undefined || !isTime(received) || typeof raw !== "string") return "bad-entry";
  if (entry["truncated"] !== undefined) return "truncated";
  const text = entry["encoding"] === "base64" ? Buffer.from(raw, "base64").toString("utf8") : raw;
  const payload = parseObject(text);
  if (payload === undefined) return "bad-payload";
  const env = entry["env"];
  const session = isObject(env) ? env["AGENTLOG_SESSION_ID"] : undefined;
  return {
    agent,
    received,
    process: textField(entry, "process"),
    cwd: textField(entry, "cwd"),
    host: textField(entry, "host"),
    session: isSessionId(session) ? session : undefined,
    payload,
    text,
  };
}

function isTime(text: string): boolean {
  return TIME.test(text) && !Number.isNaN(Date.parse(text));
}

/** Some agents begin with a byte order mark. */
function parseObject(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text.startsWith("\uFEFF") ? text.slice(1) : text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as JsonObject) : undefined;
  } catch {
    return undefined;
  }
}
