import {
  EVENT_TYPES,
  type Actor,
  type EventData,
  type EventId,
  type EventSource,
  type JsonObject,
  type SessionEventData,
  type SessionEventType,
  type Trace,
} from "@agentlog/types";
import type { EmitResult } from "./session-log.js";

/** The types only the writer itself emits: it alone knows when a run begins and ends. */
const WRITER_TYPES = ["session.started", "session.resumed", "session.ended"] as const;

/** What may go with an event beside its type and data. Session, run, actor, trace and source are filled in where absent. */
export type EmitContext = {
  /** Default: made by the log. */
  readonly id?: EventId;
  /** When it happened, RFC 3339 in UTC with milliseconds. Default: now. */
  readonly time?: string;
  readonly actor?: Actor;
  /** The span it belongs to. Default: the run's own span; the trace id is the session's. */
  readonly trace?: Partial<Trace>;
  readonly source?: EventSource;
  readonly meta?: JsonObject;
};

/** An event for `emit`: the data is typed by a known type, and free for every other. */
export type EmitEvent<T extends string = string> = EmitContext & { readonly type: T; readonly data: EventData<T> };

/** The known types that have a method. */
export type MethodType = Exclude<SessionEventType, (typeof WRITER_TYPES)[number]>;

/** `handed-off` as `handedOff`. */
type CamelCase<S extends string> = S extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;

type SubjectOf<T extends string> = T extends `${infer Subject}.${string}` ? Subject : never;
type VerbOf<T extends string> = T extends `${string}.${infer Verb}` ? CamelCase<Verb> : never;

/** Emits one event of a known type. */
export type EventMethod<T extends MethodType> = (
  data: SessionEventData[T],
  context?: EmitContext,
) => Promise<EmitResult>;

/** A method for each known type, by subject: `tool.called(data)`, `agent.handedOff(data)`. */
export type EventMethods = {
  readonly [S in SubjectOf<MethodType> as CamelCase<S>]: {
    readonly [T in Extract<MethodType, `${S}.${string}`> as VerbOf<T>]: EventMethod<T>;
  };
};

const camelCase = (text: string): string => text.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** Builds the methods from the list of types, so that a new kind has its method without a line here. */
export function createEventMethods(emit: (event: EmitEvent) => Promise<EmitResult>): EventMethods {
  const methods: Record<string, Record<string, (data: JsonObject, context?: EmitContext) => Promise<EmitResult>>> = {};
  for (const type of EVENT_TYPES) {
    if (isWriterType(type)) continue;
    const [subject = "", verb = ""] = type.split(".").map(camelCase);
    methods[subject] ??= {};
    methods[subject][verb] = (data, context) => emit({ ...context, type, data });
  }
  return methods as unknown as EventMethods;
}

/** True for a type that only the writer itself emits. */
export function isWriterType(type: string): boolean {
  return (WRITER_TYPES as readonly string[]).includes(type);
}
