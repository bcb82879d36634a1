import { agentlogError, newEventId } from "@agentlog/types";
import { type StandardSchemaV1 } from "@standard-schema/spec";
import { LOG_FIELDS } from "./format.js";
import { NotJson, toPlain } from "./json.js";
import { type PendingEvent } from "./pending.js";

/** An event as a caller hands it over. Any further top-level field is kept as it is. */
export interface NewLogEvent {
  /** What happened: a dotted name. */
  readonly type: string;
  /** The type's own fields. */
  readonly data: object;
  /** Default: `evt_<uuidv7>`. */
  readonly id?: string;
  /** When it happened, RFC 3339 in UTC. Default: now. */
  readonly time?: string;
}

/** Turns an event into its bytes; throws `INVALID_EVENT` or `EVENT_TOO_LARGE` with its place in the call. */
export type Prepare = (event: NewLogEvent, index: number) => PendingEvent;

export interface PrepareOptions {
  readonly schema: StandardSchemaV1<unknown, unknown> | undefined;
  readonly redact: ((event: NewLogEvent) => NewLogEvent) | undefined;
  /** Bytes of the event's own JSON. */
  readonly maxEventBytes: number;
  /** Stores `data` that makes the event too large and returns what refers to it; undefined where that is not allowed. */
  readonly spill: ((data: string) => object) | undefined;
}

const LONGEST_ID = 256;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z$/;
/** A time that needs no calendar to be known as one: nearly all do not, and asking the calendar takes as long as the rest. */
const PLAIN_TIME = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?Z$/;

/** Throws `INVALID_EVENT` for an event that no log would take, whatever its size. */
export function assertStorable(event: NewLogEvent): void {
  checked(event, 0, { schema: undefined, redact: undefined });
}

export function createPrepare(options: PrepareOptions): Prepare {
  return (given, index) => {
    const event = checked(given, index, options);
    const { id = newEventId(), time = new Date().toISOString(), type, data } = event;
    const rest = furtherFields(event);
    const pending = toPending(id, rest === undefined ? { id, time, type, data } : { id, time, type, data, ...rest });
    if (pending.bytes <= options.maxEventBytes) return pending;
    const spilled =
      options.spill === undefined
        ? pending
        : toPending(id, { id, time, type, data: {}, blob: options.spill(JSON.stringify(data)), ...rest });
    if (spilled.bytes <= options.maxEventBytes) return spilled;
    throw agentlogError(
      "EVENT_TOO_LARGE",
      `event ${index} has ${spilled.bytes} bytes, the limit is ${options.maxEventBytes}: split it, or open the log with oversize: "spill"`,
      { bytes: spilled.bytes, limit: options.maxEventBytes },
    );
  };
}

/** Undefined for an event that has none, as most: spreading nothing would take a fifth of the whole. */
function furtherFields(event: NewLogEvent): object | undefined {
  for (const key in event) {
    if (key === "id" || key === "time" || key === "type" || key === "data") continue;
    const { id: _id, time: _time, type: _type, data: _data, ...rest } = event;
    return rest;
  }
  return undefined;
}

function toPending(id: string, event: object): PendingEvent {
  const text = JSON.stringify(event);
  return { id, body: text.slice(1, -1), bytes: Buffer.byteLength(text) };
}

/** A plain copy of the event; the caller's own may do anything when it is read again. */
function checked(
  given: NewLogEvent,
  index: number,
  { schema, redact }: Pick<PrepareOptions, "schema" | "redact">,
): NewLogEvent {
  let issues: readonly string[];
  try {
    const kept = redact === undefined ? given : redacted(given, redact);
    issues = schema === undefined ? [] : schemaIssues(kept, schema);
    if (issues.length === 0) {
      const event = toPlain(kept, "event") as NewLogEvent;
      issues = issuesOf(event);
      if (issues.length === 0) return event;
    }
  } catch (error) {
    issues = [error instanceof NotJson ? error.message : "event: reading it, or its schema, threw an error"];
  }
  throw agentlogError("INVALID_EVENT", `event ${index} cannot be stored: ${issues.join("; ")}`, { index, issues });
}

/** What may be kept of an event. It works on a copy; what it throws may quote what must not be told, and is not told. */
function redacted(given: NewLogEvent, redact: (event: NewLogEvent) => unknown): NewLogEvent {
  const copy = toPlain(given, "event") as NewLogEvent;
  let kept: unknown;
  try {
    kept = redact(copy);
  } catch {
    throw new NotJson("event: redact threw an error");
  }
  if (!(kept instanceof Promise)) return kept as NewLogEvent;
  kept.catch(() => {});
  throw new NotJson("event: redact is asynchronous; a log needs one that answers at once");
}

function issuesOf(event: NewLogEvent): readonly string[] {
  if (typeof event !== "object" || event === null || Array.isArray(event)) return ["event: expected an object"];
  const issues: string[] = [];
  const { type, data, id, time } = event;
  if (typeof type !== "string" || type === "") issues.push("event.type: expected a name");
  if (typeof data !== "object" || data === null || Array.isArray(data)) issues.push("event.data: expected an object");
  if (id !== undefined && (typeof id !== "string" || id === "" || id.length > LONGEST_ID)) {
    issues.push(`event.id: expected 1 to ${LONGEST_ID} characters`);
  }
  if (time !== undefined && !isTime(time)) {
    issues.push("event.time: expected RFC 3339 in UTC, such as 2026-01-31T12:00:00.000Z");
  }
  for (const field of LOG_FIELDS) if (Object.hasOwn(event, field)) issues.push(`event.${field}: belongs to the log`);
  return issues;
}

function isTime(time: unknown): boolean {
  if (typeof time !== "string") return false;
  return PLAIN_TIME.test(time) || (TIME.test(time) && !Number.isNaN(Date.parse(time)));
}

/** The schema only judges: what is stored is what the caller handed over, so that fields it does not know are kept. */
function schemaIssues(event: NewLogEvent, schema: StandardSchemaV1<unknown, unknown>): readonly string[] {
  const result = schema["~standard"].validate(event);
  if (result instanceof Promise) {
    result.catch(() => {});
    return ["the schema is asynchronous; a log needs one that answers at once"];
  }
  return (result.issues ?? []).map(({ path, message }) => {
    const at = (path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join(".");
    return `event.${at}: ${message}`;
  });
}
