import { describe, expectTypeOf, it } from "vitest";
import type { infer as Infer } from "zod";
import type {
  Actor,
  EventEnvelope,
  EventSource,
  LogFields,
  NewEvent,
  SessionEvent,
  SessionEventOf,
  Trace,
} from "./event.js";
import type { UnknownSessionEvent } from "./event.js";
import type { ErrorCode } from "./errors.js";
import type { EventId, NativeSessionId, SessionId, SpanId, TraceId } from "./ids.js";
import type { JsonObject, JsonValue } from "./json.js";
import { EVENT_TYPES, isKnownEventType, type SessionEventData, type SessionEventType } from "./kinds.js";
import type { MessageRole } from "./kinds/conversation.js";
import type { Outcome } from "./kinds/session.js";
import type { BlobRef } from "./payload.js";
import type * as schemas from "./schemas/index.js";
import type { CheckedAnyEvent, CheckedData, CheckedEventEnvelope } from "./schemas/index.js";
import type { CheckedNewEvent, CheckedPresenceRecord, CheckedSessionEvent } from "./schemas/index.js";
import type { PresenceRecord, PresenceState } from "./session.js";
import type { ToolKind } from "./tool-kind.js";

// The compiler's own notion of identity: it sees a missing `?`, `readonly` and `any`, which assignability does not.
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/**
 * A type without the `[key: string]: unknown` that a loose object adds, at every depth: unknown fields are let through
 * by the schema and not named by the type, the one way in which the two may differ. JSON's own index signatures stay.
 */
type Known<T> =
  Same<T, JsonValue> extends true
    ? T
    : Same<T, JsonObject> extends true
      ? T
      : T extends string | number | boolean | null | undefined | readonly unknown[]
        ? T
        : { [K in keyof T as string extends K ? never : number extends K ? never : K]: Known<T[K]> };

type IsSame<A, B> = Same<Known<A>, Known<B>>;

/** The kinds whose hand-written data is not what the schema gives. */
type DataDiffers = {
  [T in SessionEventType]: IsSame<SessionEventData[T], CheckedData<T>> extends true ? never : T;
}[SessionEventType];

/** The same of whole events, taken out of the inferred union. */
type EventDiffers = {
  [T in SessionEventType]: IsSame<SessionEventOf<T>, Extract<CheckedSessionEvent, { type: T }>> extends true
    ? never
    : T;
}[SessionEventType];

describe("the hand-written types are what the schemas give", () => {
  it("for the data of each kind", () => {
    // An assignment, because the compiler then names the kind that differs.
    const differing: never[] = [] as DataDiffers[];
    expectTypeOf(differing).toEqualTypeOf<never[]>();
    expectTypeOf<keyof (typeof schemas)["dataSchemas"]>().toEqualTypeOf<SessionEventType>();
  });

  it("for each event", () => {
    const differing: never[] = [] as EventDiffers[];
    expectTypeOf(differing).toEqualTypeOf<never[]>();
    expectTypeOf<CheckedSessionEvent["type"]>().toEqualTypeOf<SessionEvent["type"]>();
  });

  it("for the envelope and its parts", () => {
    expectTypeOf<IsSame<EventEnvelope, CheckedEventEnvelope>>().toEqualTypeOf<true>();
    expectTypeOf<IsSame<NewEvent, CheckedNewEvent>>().toEqualTypeOf<true>();
    expectTypeOf<IsSame<LogFields, Infer<(typeof schemas)["logFieldsSchema"]>>>().toEqualTypeOf<true>();
    expectTypeOf<IsSame<Actor, Infer<(typeof schemas)["actorSchema"]>>>().toEqualTypeOf<true>();
    expectTypeOf<IsSame<Trace, Infer<(typeof schemas)["traceSchema"]>>>().toEqualTypeOf<true>();
    expectTypeOf<IsSame<EventSource, Infer<(typeof schemas)["eventSourceSchema"]>>>().toEqualTypeOf<true>();
    expectTypeOf<IsSame<BlobRef, Infer<(typeof schemas)["blobRefSchema"]>>>().toEqualTypeOf<true>();
    expectTypeOf<IsSame<PresenceRecord, CheckedPresenceRecord>>().toEqualTypeOf<true>();
  });

  it("for ids and word lists", () => {
    expectTypeOf<Infer<(typeof schemas)["sessionIdSchema"]>>().toEqualTypeOf<SessionId>();
    expectTypeOf<Infer<(typeof schemas)["eventIdSchema"]>>().toEqualTypeOf<EventId>();
    expectTypeOf<Infer<(typeof schemas)["nativeSessionIdSchema"]>>().toEqualTypeOf<NativeSessionId>();
    expectTypeOf<Infer<(typeof schemas)["traceIdSchema"]>>().toEqualTypeOf<TraceId>();
    expectTypeOf<Infer<(typeof schemas)["spanIdSchema"]>>().toEqualTypeOf<SpanId>();
    expectTypeOf<Infer<(typeof schemas)["errorCodeSchema"]>>().toEqualTypeOf<ErrorCode>();
    expectTypeOf<Infer<(typeof schemas)["toolKindSchema"]>>().toEqualTypeOf<ToolKind>();
    expectTypeOf<Infer<(typeof schemas)["presenceStateSchema"]>>().toEqualTypeOf<PresenceState>();
    expectTypeOf<Infer<(typeof schemas)["outcomeSchema"]>>().toEqualTypeOf<Outcome>();
    expectTypeOf<Infer<(typeof schemas)["messageRoleSchema"]>>().toEqualTypeOf<MessageRole>();
    expectTypeOf<Infer<(typeof schemas)["jsonValueSchema"]>>().toEqualTypeOf<JsonValue>();
    expectTypeOf<Infer<(typeof schemas)["jsonObjectSchema"]>>().toEqualTypeOf<JsonObject>();
  });
});

describe("the comparison itself", () => {
  it("sees an optional field, another type, a missing field, and undefined let in", () => {
    expectTypeOf<IsSame<{ a: string }, { a?: string }>>().toEqualTypeOf<false>();
    expectTypeOf<IsSame<{ a: string }, { a: number }>>().toEqualTypeOf<false>();
    expectTypeOf<IsSame<{ a: string }, { a: string; b: string }>>().toEqualTypeOf<false>();
    expectTypeOf<IsSame<{ a?: string }, { a?: string | undefined }>>().toEqualTypeOf<false>();
    expectTypeOf<IsSame<{ a: { b: 1 } }, { a: { b: 2 } }>>().toEqualTypeOf<false>();
    expectTypeOf<
      IsSame<{ a: { b: 1 } }, { a: { b: 1; [key: string]: unknown }; [key: string]: unknown }>
    >().toEqualTypeOf<true>();
  });
});

describe("working with events", () => {
  it("lists every type", () => {
    expectTypeOf<(typeof EVENT_TYPES)[number]>().toEqualTypeOf<SessionEventType>();
  });

  it("narrows by type", () => {
    expectTypeOf<SessionEventOf<"step.output">["data"]["stream"]>().toEqualTypeOf<"stdout" | "stderr">();
    const read = (event: SessionEvent): string => (event.type === "message.sent" ? event.data.text : event.type);
    expectTypeOf(read).returns.toBeString();
    expectTypeOf(isKnownEventType).guards.toEqualTypeOf<SessionEventType>();
  });

  it("hands every known and checked event on as an unknown one", () => {
    expectTypeOf<SessionEvent>().toExtend<UnknownSessionEvent>();
    expectTypeOf<UnknownSessionEvent>().toExtend<CheckedAnyEvent>();
    expectTypeOf<SessionEventData[SessionEventType]>().toExtend<JsonObject>();
  });

  it("types a new event's data by its type, and lets any other type carry any object", () => {
    expectTypeOf<NewEvent<"note.added">["data"]>().toEqualTypeOf<SessionEventData["note.added"]>();
    expectTypeOf<NewEvent<"my.thing-happened">["data"]>().toEqualTypeOf<JsonObject>();
    // @ts-expect-error a note has a text
    const wrong: NewEvent<"note.added"> = { type: "note.added", data: { title: "x" } };
    expectTypeOf(wrong).toBeObject();
  });
});
