import { array, custom, enum as oneOf, int, iso, literal, looseObject, number, string, type ZodType } from "zod";
import { ERROR_CODES, type ErrorCode } from "../errors.js";
import { isEventId, isSessionId, isSpanId, isTraceId } from "../ids.js";
import type { EventId, NativeSessionId, SessionId, SpanId, TraceId } from "../ids.js";
import { PRESENCE_STATES } from "../session.js";
import { TOOL_KINDS } from "../tool-kind.js";

/** `sess_<uuidv7>`, as the branded type. */
export const sessionIdSchema = custom<SessionId>(isSessionId, "expected sess_<uuidv7>");
/** `evt_<uuidv7>` or `evt_<32 hex>`, as the branded type. */
export const eventIdSchema = custom<EventId>(isEventId, "expected evt_<uuidv7> or evt_<32 hex>");
/** 1 to 1,024 characters of any kind, as the branded type. */
export const nativeSessionIdSchema = custom<NativeSessionId>(
  (value) => typeof value === "string" && value.length >= 1 && value.length <= 1024,
  "expected 1 to 1,024 characters",
);
/** 32 lower-case hex digits, not all zero, as the branded type. */
export const traceIdSchema = custom<TraceId>(isTraceId, "expected 32 lower-case hex digits, not all zero");
/** 16 lower-case hex digits, not all zero, as the branded type. */
export const spanIdSchema = custom<SpanId>(isSpanId, "expected 16 lower-case hex digits, not all zero");

/** RFC 3339 in UTC with milliseconds. */
export const timeSchema = iso.datetime({ precision: 3 });
/** One of the tool kinds. */
export const toolKindSchema = oneOf(TOOL_KINDS);
/** One of the presence states. */
export const presenceStateSchema = oneOf(PRESENCE_STATES);
/** One of the error codes. */
export const errorCodeSchema = oneOf(ERROR_CODES as readonly [ErrorCode, ...ErrorCode[]]);
/** How a session, a run or a tier went. */
export const outcomeSchema = oneOf(["success", "failure", "aborted"]);
/** Who speaks. */
export const messageRoleSchema = oneOf(["user", "assistant", "system"]);

/** A whole number from 0. */
export const count = int().min(0);
/** A whole number from 1. */
export const ordinal = int().min(1);
/** A length of time in milliseconds, fractions allowed. */
export const duration = number().min(0);
/** A process's exit code. Windows has 32 bits of them. */
export const exitCode = int().min(0).max(0xffff_ffff);
/** A SHA-256 hash in lower-case hex. */
export const sha256 = string().regex(/^[0-9a-f]{64}$/);
/** A field that is `true` or absent. */
export const flag = literal(true);

/** A list whose type is readonly, so that a caller may hand in a frozen one. */
export function list<T>(item: ZodType<T>): ZodType<readonly T[]> {
  return array(item);
}

/** A reference to a payload in a file of its own. */
export const blobRefSchema = looseObject({ blob: sha256, bytes: count });
