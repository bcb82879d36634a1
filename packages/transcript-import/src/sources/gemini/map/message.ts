import { type JsonObject } from "@agentlog/types";
import { type DataOf } from "../../../records/event.js";
import { defined, isObject, listField, objectField, textField, without } from "../../../records/fields.js";
import { isCommand } from "../../../records/slash-command.js";
import { type Content, readContent } from "../content.js";
import { hashOf, keptPart, type Part, partOf } from "../event.js";
import { mapThoughts } from "./thoughts.js";
import { mapResponse, mapToolCall } from "./tool.js";
import { mapUsage } from "./usage.js";

/** A message and when it was written. */
export interface MessageContext {
  readonly id: string;
  readonly message: JsonObject;
  readonly time: string;
  readonly timed: boolean;
  /** No person typed it and no model said it: a summary that replaces what it sums up, the words around it. */
  readonly synthetic: boolean;
}

/** What a message says, in order. Never empty: a message of which nothing is understood is kept as it is. */
export function mapMessage(context: MessageContext): readonly Part[] {
  const { id, message } = context;
  const parts = said(context);
  if (parts.length === 0) return [keptPart(context, textField(message, "type") ?? "untyped", `${id}/record`, message)];
  const rest = without(message, ...KNOWN);
  return rest === undefined
    ? parts
    : [...parts, keptPart(context, "message", `${id}/rest`, { messageId: id, ...rest })];
}

const KNOWN = ["id", "timestamp", "type", "content", "displayContent", "thoughts", "tokens", "model", "toolCalls"];

function said(context: MessageContext): readonly Part[] {
  const content = readContent(context.message["content"]);
  switch (context.message["type"]) {
    case "user":
      return [...mapText(context, "user", content), ...mapContent(context, content)];
    case "gemini":
      return [
        ...mapThoughts(context, content.thoughts),
        ...mapText(context, "assistant", content),
        ...mapCalls(context, content),
        ...mapContent(context, content),
        ...mapUsage(context),
      ];
    case "info":
    case "warning":
    case "error":
      return [...mapText(context, "system", content), ...mapContent(context, content)];
    default:
      return [];
  }
}

function mapText(context: MessageContext, role: DataOf<"message.sent">["role"], { text }: Content): readonly Part[] {
  const { id, message, synthetic } = context;
  if (text === "") return [];
  const shown = message["displayContent"];
  const details = defined<JsonObject>({
    level: role === "system" ? textField(message, "type") : undefined,
    displayContent: shown === message["content"] ? undefined : shown,
  });
  const data = defined<DataOf<"message.sent">>({
    role,
    text,
    messageId: id,
    model: role === "assistant" ? textField(message, "model") : undefined,
    synthetic: synthetic ? true : undefined,
    details: Object.keys(details).length === 0 ? undefined : details,
  });
  const part = partOf(context, "message.sent", `${id}/text`, hashOf(text), data);
  return [role === "user" ? { ...part, byPerson: true } : part];
}

/** The calls a message lists, and those that only its content has. */
function mapCalls(context: MessageContext, { calls }: Content): readonly Part[] {
  const { id, message } = context;
  const listed = listField(message, "toolCalls");
  const own = calls.filter((call) => !listed.some((one) => isObject(one) && isSameCall(one, call)));
  return [
    ...listed.flatMap((call, index) => mapToolCall(context, call, `${id}/${index}`)),
    ...own.flatMap((call, index) => mapToolCall(context, call, `${id}/content.${index}`)),
  ];
}

/** Among the content a call may have no id. */
function isSameCall(listed: JsonObject, { id, name }: JsonObject): boolean {
  return id === undefined ? listed["name"] === name : listed["id"] === id;
}

function mapContent(context: MessageContext, { responses, others }: Content): readonly Part[] {
  const kept = others.map((part, index) => {
    const [name = "untyped"] = Object.keys(part);
    return keptPart(context, `content.${name}`, `${context.id}/content.${index}`, part);
  });
  return [...responses.flatMap((response) => mapResponse(context, response)), ...kept];
}

/** What a person typed: without what Gemini CLI has added to it. */
export function typedText({ message }: MessageContext): string | undefined {
  const shown = message["displayContent"] === undefined ? "" : readContent(message["displayContent"]).text;
  const [text = ""] = readContent(message["content"]).text.split("\n--- Content from referenced files ---");
  const typed = shown === "" ? text : shown;
  return typed.trim() === "" || isCommand(typed) ? undefined : typed;
}

/** Whether a message is as it will be: what comes with or after an answer's text are its tokens. */
export function isWhole(message: JsonObject): boolean {
  return message["type"] !== "gemini" || objectField(message, "tokens") !== undefined;
}
