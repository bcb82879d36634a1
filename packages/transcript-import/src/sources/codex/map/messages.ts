import { type JsonObject, type MessageRole } from "@agentlog/types";
import { type DataOf } from "../../../records/event.js";
import { defined, listField, objectField, textField, without } from "../../../records/fields.js";
import { type ImportedEvent } from "../../../source.js";
import { eventOf, type RecordContext } from "../record.js";
import { type Handler, type MapperState } from "./state.js";
import { type Content, isInjected, readContent, textsOf } from "./text.js";
import { type Channel } from "./twins.js";

/** `developer` is Codex itself. */
const ROLES: ReadonlyMap<unknown, MessageRole> = new Map([
  ["user", "user"],
  ["assistant", "assistant"],
  ["developer", "system"],
  ["system", "system"],
]);

/** Text around an attached image; the display does not show it. */
const IMAGE_MARK = /^\s*<\/?image\b[^>]*>\s*$/;

interface Said extends Content {
  readonly channel: Channel;
  readonly role: MessageRole;
  readonly messageId?: string | undefined;
  readonly synthetic?: boolean;
  /** What the record says beside the text. */
  readonly details: JsonObject | undefined;
}

function say(context: RecordContext, { twins }: MapperState, said: Said): readonly ImportedEvent[] {
  const { channel, role, texts, others, messageId, details } = said;
  if (texts.length === 0) return [];
  const shown = texts.filter((text) => !IMAGE_MARK.test(text));
  if (twins.isTold(channel, role, shown.join(""))) return [];
  const synthetic =
    said.synthetic === true ||
    role === "system" ||
    (role === "user" && (context.thread.isSubAgent || (shown.length > 0 && shown.every(isInjected))));
  const rest = others.length === 0 ? details : { ...details, content: others };
  const data = defined<DataOf<"message.sent">>({
    role,
    text: texts.join("\n"),
    messageId,
    model: role === "assistant" ? context.model : undefined,
    synthetic: synthetic ? true : undefined,
    details: rest,
  });
  return [eventOf(context, "message.sent", "message", data)];
}

const message: Handler = (context, state) => {
  const { payload } = context.item;
  const role = ROLES.get(payload["role"]);
  if (role === undefined) return [];
  const details = without(payload, "type", "role", "content", "id");
  const messageId = textField(payload, "id");
  return say(context, state, { channel: "item", role, ...readContent(payload["content"]), messageId, details });
};

/** What the display shows. Its `kind` says what a person did not type; only old versions have it. */
function shown(role: MessageRole): Handler {
  return (context, state) => {
    const { payload } = context.item;
    const kind = textField(payload, "kind");
    const synthetic = role === "user" && kind !== undefined && kind !== "plain";
    const content = readContent(payload["message"]);
    const details = without(payload, "type", "message");
    return say(context, state, { channel: "event", role, ...content, synthetic, details });
  };
}

function completed(role: MessageRole): Handler {
  return (context, state) => {
    const { payload } = context.item;
    const item = objectField(payload, "item");
    const content = readContent(item?.["content"]);
    const details = without({ ...payload, ...item }, "type", "item", "id", "content", "thread_id");
    return say(context, state, { channel: "completion", role, ...content, messageId: textField(item, "id"), details });
  };
}

function think(
  context: RecordContext,
  { twins }: MapperState,
  channel: Channel,
  texts: readonly string[],
  details: JsonObject | undefined,
): readonly ImportedEvent[] {
  // The display shows each part of the reasoning by itself.
  const fresh = texts.filter((text) => !twins.isTold(channel, "reasoning", text));
  if (fresh.length === 0 && (texts.length > 0 || channel !== "item")) return [];
  const { model } = context;
  const data = defined<DataOf<"reasoning.recorded">>({ text: fresh.join("\n\n"), model, details });
  return [eventOf(context, "reasoning.recorded", "reasoning", data)];
}

const reasoning: Handler = (context, state) => {
  const { payload } = context.item;
  const texts = textsOf([...listField(payload, "summary"), ...listField(payload, "content")]);
  return think(context, state, "item", texts, without(payload, "type", "summary", "content"));
};

const shownReasoning: Handler = (context, state) => {
  const text = textField(context.item.payload, "text");
  return text === undefined ? [] : think(context, state, "event", [text], undefined);
};

const completedReasoning: Handler = (context, state) => {
  const item = objectField(context.item.payload, "item");
  const texts = textsOf([...listField(item, "summary_text"), ...listField(item, "raw_content")]);
  const details = without({ ...context.item.payload, ...item }, "type", "item", "summary_text", "raw_content");
  return think(context, state, "completion", texts, details);
};

export const messageHandlers: readonly (readonly [string, Handler])[] = [
  ["response_item/message", message],
  ["event_msg/user_message", shown("user")],
  ["event_msg/agent_message", shown("assistant")],
  ["event_msg/item_completed/UserMessage", completed("user")],
  ["event_msg/item_completed/AgentMessage", completed("assistant")],
  ["response_item/reasoning", reasoning],
  ["event_msg/agent_reasoning", shownReasoning],
  ["event_msg/agent_reasoning_raw_content", shownReasoning],
  ["event_msg/item_completed/Reasoning", completedReasoning],
];
