import { isUtf8 } from "node:buffer";
import { hostName, processName } from "./machine.js";
import { type Input } from "./read-input.js";
import { rfc3339 } from "./rfc3339.js";

/** One hook call as it waits in the spool. What drains the spool has the other side of this format. */
export interface CapturedHook {
  readonly v: 1;
  readonly agent: string;
  /** When the agent called: the start of the hook's process, RFC 3339 in UTC with milliseconds. */
  readonly received: string;
  readonly pid: number;
  readonly ppid: number;
  /** The process that called, equal only for the same process; absent where that cannot be told. */
  readonly process?: string;
  /** Absent when the directory is gone. */
  readonly cwd?: string;
  readonly host: string;
  readonly env: { readonly AGENTLOG_SESSION_ID?: string };
  /** As it came: it may be no JSON. */
  readonly payload: string;
  /** For bytes that are no UTF-8, or whose JSON text would be several times their size. */
  readonly encoding?: "base64";
  /** Bytes there were in all, when `payload` is only their beginning. */
  readonly truncated?: number;
}

const SESSION_ID = /^sess_[0-9a-f]{8}-[0-9a-f]{4}-[57][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/** The record of a call, as the bytes of its spool entry. */
export function encodeCaptured(agent: string, input: Input, startedMs: number): Buffer {
  const { bytes, total } = input;
  const process_ = processName(process.ppid);
  const cwd = currentDirectory();
  const session = process.env["AGENTLOG_SESSION_ID"];
  const captured: CapturedHook = {
    v: 1,
    agent,
    received: rfc3339(startedMs),
    pid: process.pid,
    ppid: process.ppid,
    ...(process_ === undefined ? {} : { process: process_ }),
    ...(cwd === undefined ? {} : { cwd }),
    host: hostName(),
    env: session !== undefined && SESSION_ID.test(session) ? { AGENTLOG_SESSION_ID: session } : {},
    ...payloadOf(bytes),
    ...(total > bytes.length ? { truncated: total } : {}),
  };
  return Buffer.from(`${JSON.stringify(captured)}\n`);
}

/** A control character takes six bytes in JSON: base64 keeps an entry below the size that a spool reads. */
function payloadOf(bytes: Buffer): Pick<CapturedHook, "payload" | "encoding"> {
  if (isUtf8(bytes)) {
    const payload = bytes.toString("utf8");
    if (bytes.length < 1024 * 1024 || JSON.stringify(payload).length < 2 * bytes.length) return { payload };
  }
  return { payload: bytes.toString("base64"), encoding: "base64" };
}

function currentDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}
