import { type JsonObject, type MessageRole } from "@agentlog/types";
import { type DataOf } from "../../../records/event.js";
import { defined, flagField, isObject, listField, textField } from "../../../records/fields.js";
import { type ImportedEvent } from "../../../source.js";
import { detailsOf, eventOf, keptEventOf, type RecordContext } from "../record.js";
import { type Handler, type Handlers } from "./handler.js";
import { mapToolRequest } from "./tools.js";

/** What is said: by a person, the model, or Copilot CLI itself. */
export const messageHandlers: Handlers = [
  ["user.message", (context) => message(context, "user", "content", !isTyped(context))],
  ["assistant.message", (context, state) => answer(context, state)],
  [
    "assistant.reasoning",
    (context, state) => {
      const text = textField(context.data, "content");
      state.thought = text ?? state.thought;
      return text === undefined ? undefined : [reasoning(context, text, state.model)];
    },
  ],
  ["system.message", (context) => message(context, "system", "content", true)],
  ["system.notification", (context) => message(context, "system", "content", true)],
  ["session.info", (context) => message(context, "system", "message", true)],
  ["session.warning", (context) => message(context, "system", "message", true)],
  ["session.error", (context) => message(context, "system", "message", true)],
];

const answer: Handler = (context, state) => {
  const { data } = context;
  const model = textField(data, "model") ?? state.model;
  const thought = textField(data, "reasoningText");
  const thoughts = thought === undefined || thought === state.thought ? [] : [reasoning(context, thought, model)];
  state.thought = undefined;
  const content = textField(data, "content");
  const calls = listField(data, "toolRequests")
    .filter(isObject)
    .flatMap((request) => mapToolRequest(context, request, state) ?? []);
  const requests = calls.length > 0 ? ["toolRequests"] : [];
  const told = ["content", "messageId", "requestId", "model", "reasoningText", "outputTokens", ...requests];
  const details = detailsOf(data, ...told);
  const events = [
    ...thoughts,
    ...(content === undefined ? [] : [said(context, content, model, details)]),
    ...calls,
    ...state.usage.answer(context, model),
  ];
  if (events.length === 0) return undefined;
  // An answer that only calls tools has more to it all the same.
  const kept =
    content !== undefined || details === undefined ? [] : [keptEventOf(context, { ...context.record, data: details })];
  return [...events, ...kept];
};

function said(
  context: RecordContext,
  text: string,
  model: string | undefined,
  details: JsonObject | undefined,
): ImportedEvent {
  const [messageId, requestId] = [textField(context.data, "messageId"), textField(context.data, "requestId")];
  const data = defined<DataOf<"message.sent">>({ role: "assistant", text, messageId, requestId, model, details });
  return eventOf(context, "message.sent", "message", data);
}

function reasoning(context: RecordContext, text: string, model: string | undefined): ImportedEvent {
  const messageId = textField(context.data, "messageId");
  const data = defined<DataOf<"reasoning.recorded">>({ text, messageId, model });
  return eventOf(context, "reasoning.recorded", "reasoning", data);
}

function message(
  context: RecordContext,
  role: MessageRole,
  field: string,
  synthetic: boolean,
): readonly ImportedEvent[] | undefined {
  const text = context.data[field];
  if (typeof text !== "string") return undefined;
  // What is the same as the text is not repeated.
  const repeated = Object.keys(context.data).filter((name) => context.data[name] === text);
  const data = defined<DataOf<"message.sent">>({
    role,
    text,
    synthetic: synthetic ? true : undefined,
    details: detailsOf(context.data, field, "role", ...repeated),
  });
  return [eventOf(context, "message.sent", "message", data)];
}

/** True when a person typed it: not a skill, another agent, a schedule, or autopilot going on by itself. */
export function isTyped({ data, subAgent }: RecordContext): boolean {
  const source = textField(data, "source");
  return (
    subAgent === undefined && (source === undefined || source === "user") && !flagField(data, "isAutopilotContinuation")
  );
}
