import { enum as oneOf, exactOptional as opt, looseObject, string, tuple } from "zod";
import type { infer as Infer, ZodType } from "zod";
import { EVENT_TYPES, type SessionEventType } from "../kinds.js";
import { agentData } from "./data-agent.js";
import { conversationData } from "./data-conversation.js";
import { sessionData } from "./data-session.js";
import { jsonObjectSchema } from "./json.js";
import { keep } from "./keep.js";
import {
  count,
  eventIdSchema,
  nativeSessionIdSchema,
  ordinal,
  sessionIdSchema,
  spanIdSchema,
  timeSchema,
  traceIdSchema,
} from "./scalars.js";

/** The data of each known kind, by event type. */
export const dataSchemas = { ...sessionData, ...agentData, ...conversationData } satisfies Record<
  SessionEventType,
  ZodType
>;

/** Who did it. */
export const actorSchema = looseObject({
  agent: opt(string()),
  instance: opt(string()),
  name: opt(string()),
  role: opt(string()),
});

/** Where it belongs in a distributed trace. */
export const traceSchema = looseObject({
  traceId: traceIdSchema,
  spanId: spanIdSchema,
  parentSpanId: opt(spanIdSchema),
});

/** Where it was learnt. */
export const eventSourceSchema = looseObject({
  kind: oneOf(["writer", "hook", "import", "cli"]),
  agent: opt(string()),
  nativeSession: opt(nativeSessionIdSchema),
  path: opt(string()),
});

const context = {
  session: opt(sessionIdSchema),
  run: opt(ordinal),
  actor: opt(actorSchema),
  trace: opt(traceSchema),
  source: opt(eventSourceSchema),
  recorded: opt(timeSchema),
  meta: opt(jsonObjectSchema),
};

const header = looseObject({ ...context, seq: count, id: eventIdSchema, time: timeSchema });
const body = { type: string().min(1), data: jsonObjectSchema };
const envelope = header.extend(body);
const unsent = looseObject({ ...context, id: opt(eventIdSchema), time: opt(timeSchema), ...body });
const knownType = looseObject({ type: oneOf(EVENT_TYPES) });

// Of a known kind the data is checked by itself, after the envelope: 38 whole events would take longer to set up, and an
// unknown field in known data has to be JSON all the same.
const dataOf: ReadonlyMap<string, ZodType> = new Map(
  EVENT_TYPES.map((type) => [type, looseObject({ data: dataSchemas[type] as ZodType })]),
);
const withData = (base: ZodType, value: unknown): readonly ZodType[] => {
  const type = (value as { type?: unknown } | null | undefined)?.type;
  const data = typeof type === "string" ? dataOf.get(type) : undefined;
  return data === undefined ? [base] : [base, data];
};

type CheckedEventOf<T extends SessionEventType> = T extends SessionEventType
  ? Infer<typeof header> & { type: T; data: Infer<(typeof dataSchemas)[T]> }
  : never;
type CheckedEvent = CheckedEventOf<SessionEventType>;

/** Any envelope, whatever its type; its data is any JSON object. */
export const eventEnvelopeSchema = keep<Infer<typeof envelope>>(() => [envelope]);

/** An event of a known kind, its data checked. Any other type is refused. */
export const sessionEventSchema = keep<CheckedEvent>((value) => [knownType, ...withData(envelope, value)]);

/** An event of any kind: a known one is checked as such, any other passes with its envelope alone checked. */
export const anyEventSchema = keep<CheckedEvent | Infer<typeof envelope>>((value) => withData(envelope, value));

/** What a caller hands in: as `anyEventSchema`, without `seq`, and with `id` and `time` optional. */
export const newEventSchema = keep<Infer<typeof unsent>>((value) => withData(unsent, value));

/** The fields a log puts on each line for itself. */
export const logFieldsSchema = looseObject({
  blob: opt(looseObject({ sha256: string().regex(/^[0-9a-f]{64}$/), bytes: count }).readonly()),
  batch: opt(
    tuple([count, ordinal])
      .refine(([index, size]) => index < size, "expected [index, size]")
      .readonly(),
  ),
  writer: string(),
  prev: string().regex(/^[0-9a-f]{32}$/),
  crc: string().regex(/^[0-9a-f]{8}$/),
});
