import { type JsonObject, type JsonValue } from "@agentlog/types";
import { countField, durationField, isObject, objectField } from "../../../records/fields.js";
import { readContent } from "./text.js";

/** What the output of a tool says about how it went. */
export interface Result {
  readonly output: JsonValue | undefined;
  readonly text: string;
  readonly exitCode: number | undefined;
  readonly durationMs: number | undefined;
  readonly failed: boolean;
  /** A person stopped it or did not let it run. */
  readonly stopped: boolean;
  /** A person did not let it run. */
  readonly rejected: boolean;
}

const FAILED =
  /^(?:Script failed|aborted\b|execution error\b|(?:exec|shell|patch)\b.{0,40}\brejected\b|(?:exec_command|apply_patch|write_stdin)\b.{0,40}\bfailed\b|failed to parse function arguments|unsupported (?:custom tool )?call)/i;
const REJECTED = /^(?:exec|shell|patch)\b.{0,40}\brejected by user/i;
const STOPPED = /^aborted by user|^command was aborted by the user/i;

/** The output of a tool in any of its forms: text, `{output, metadata}` as text, blocks, `{content, success}`. */
export function readResult(raw: JsonValue | undefined): Result {
  const wrapped = unwrap(raw);
  const { output } = wrapped;
  const text = typeof output === "string" ? output : readContent(isObject(output) ? [output] : output).texts.join("\n");
  const header = readHeader(text);
  const exitCode = wrapped.exitCode ?? header.exitCode;
  const rejected = REJECTED.test(text);
  const stopped = rejected || STOPPED.test(text);
  return {
    output,
    text,
    exitCode,
    durationMs: wrapped.durationMs ?? header.durationMs,
    failed: wrapped.success === false || stopped || FAILED.test(text) || (exitCode !== undefined && exitCode !== 0),
    stopped,
    rejected,
  };
}

interface Unwrapped {
  readonly output: JsonValue | undefined;
  readonly exitCode?: number | undefined;
  readonly durationMs?: number | undefined;
  readonly success?: boolean;
}

function unwrap(raw: JsonValue | undefined): Unwrapped {
  if (isObject(raw) && typeof raw["success"] === "boolean") {
    return { ...unwrap(raw["content"]), success: raw["success"] };
  }
  const parsed = typeof raw === "string" && raw.startsWith('{"') ? parseObject(raw) : undefined;
  const about = objectField(parsed, "metadata");
  if (parsed === undefined || about === undefined || typeof parsed["output"] !== "string") return { output: raw };
  const seconds = durationField(about, "duration_seconds");
  return {
    output: parsed["output"],
    exitCode: countField(about, "exit_code"),
    durationMs: seconds === undefined ? undefined : seconds * 1000,
  };
}

/** The lines in front of what a program printed; the program may print anything, these lines too. */
function readHeader(text: string): { readonly exitCode?: number; readonly durationMs?: number } {
  if (!/^(?:Chunk ID|Exit code|Wall time|Script )/.test(text)) return {};
  const end = text.search(/^Output:?$/m);
  const head = text.slice(0, Math.min(end === -1 ? text.length : end, 1000));
  const exitCode = /^(?:Exit code:|Process exited with code) (\d{1,9})$/m.exec(head)?.[1];
  const seconds = /^Wall time:? (\d{1,9}(?:\.\d{1,9})?) seconds$/m.exec(head)?.[1];
  return {
    ...(exitCode === undefined ? {} : { exitCode: Number(exitCode) }),
    ...(seconds === undefined ? {} : { durationMs: Math.round(Number(seconds) * 1e6) / 1e3 }),
  };
}

/** The text as a JSON object; undefined when it is none. */
export function parseObject(text: string): JsonObject | undefined {
  try {
    const value = JSON.parse(text) as JsonValue;
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
