import { type JsonObject, type NativeLink, type Sighting, toNativeSessionId, toToolKind } from "@agentlog/types";
import { isObject, listField, objectField, textField } from "../records/fields.js";
import { nativeIn, readLikeClaude, sightingOf, type LikeClaude } from "./claude-like.js";
import { hookCallId, hookPromptId, hookResultId } from "./hook-event-id.js";
import { type HookEvent, type HookMapper } from "./mapped.js";

/**
 * What the OpenCode plugin sends: `{hook_event_name, session_id, cwd, timestamp, properties}`, with OpenCode's own names.
 *
 * | `hook_event_name`                                    | `properties`                                                      |
 * | ---------------------------------------------------- | ----------------------------------------------------------------- |
 * | `session.created`                                    | `{info: {id, parentID?, directory, title}}`                       |
 * | `session.deleted`, `.idle`, `.compacted`, `.error` … | the bus event's own                                               |
 * | `chat.message`                                       | `{sessionID, message: {id}, parts: [{type: "text", text}]}`       |
 * | `tool.execute.before`                                | `{tool, callID, args}`                                            |
 * | `tool.execute.after`                                 | `{tool, callID, args?, title, output, metadata, status?, error?}` |
 */
export const mapOpencodeHook: HookMapper = (call) => {
  const native = nativeIn(call.payload, "session_id");
  if (native === undefined) return undefined;
  const name = textField(call.payload, "hook_event_name") ?? "unnamed";
  const like = readLikeClaude(call, native, name);
  const properties = objectField(call.payload, "properties") ?? {};
  return {
    native,
    // It is a session's own process that reports, and it has the session in its database by then.
    confirms: true,
    transcript: undefined,
    events: [eventOf(like, properties)],
    sighting: sightingOf(like, seenIn(like, properties)),
  };
};

function eventOf(like: LikeClaude, properties: JsonObject): HookEvent {
  switch (like.name) {
    case "session.created":
      return created(like, objectField(properties, "info"));
    case "chat.message":
      return said(like, properties);
    case "tool.execute.before":
      return called(like, properties);
    case "tool.execute.after":
      return returned(like, properties);
    default:
      return like.make.kept();
  }
}

function created({ call, native, make }: LikeClaude, info: JsonObject | undefined): HookEvent {
  const title = textField(info, "title");
  const cwd = textField(info, "directory") ?? textField(call.payload, "cwd");
  const data = {
    agent: call.agent,
    nativeSession: native,
    cause: textField(info, "parentID") === undefined ? "startup" : "sub-agent",
    ...(title === undefined ? {} : { title }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(call.host === undefined ? {} : { host: call.host }),
  };
  return make.known("session.started", data, make.named("session.started"));
}

function said({ call, native, make }: LikeClaude, properties: JsonObject): HookEvent {
  const messageId = textField(objectField(properties, "message"), "id") ?? textField(properties, "messageID");
  const text = textIn(properties);
  if (messageId === undefined || text === undefined) return make.kept();
  const data = { role: "user" as const, text, messageId };
  return make.known("message.sent", data, hookPromptId(call.agent, native, messageId, text));
}

function called({ call, native, make }: LikeClaude, properties: JsonObject): HookEvent {
  const [callId, name] = [textField(properties, "callID"), textField(properties, "tool")];
  if (callId === undefined || name === undefined) return make.kept();
  const { args } = properties;
  const data = { callId, name, kind: toToolKind(name), ...(args === undefined ? {} : { input: args }) };
  return make.known("tool.called", data, hookCallId(call.agent, native, callId, args));
}

function returned({ call, native, make }: LikeClaude, properties: JsonObject): HookEvent {
  const callId = textField(properties, "callID");
  if (callId === undefined) return make.kept();
  const name = textField(properties, "tool");
  const { args, output, error, metadata } = properties;
  const id = hookResultId(call.agent, native, callId, args);
  const general = {
    callId,
    ...(name === undefined ? {} : { name, kind: toToolKind(name) }),
    ...(output === undefined ? {} : { output }),
    ...(metadata === undefined ? {} : { details: metadata }),
  };
  if (properties["status"] !== "error") return make.known("tool.completed", general, id);
  return make.known(
    "tool.failed",
    { ...general, error: typeof error === "string" ? error : JSON.stringify(error ?? "") },
    id,
  );
}

function seenIn({ name }: LikeClaude, properties: JsonObject): Partial<Sighting> {
  const info = objectField(properties, "info");
  const parent = textField(info, "parentID");
  const title = textField(info, "title");
  const prompt = name === "chat.message" ? textIn(properties) : undefined;
  const link: NativeLink | undefined =
    parent === undefined || parent.length > 1024 ? undefined : { kind: "sub-agent", native: toNativeSessionId(parent) };
  return {
    ...(link === undefined ? {} : { link }),
    ...(title === undefined ? {} : { title }),
    ...(prompt === undefined ? {} : { prompt }),
  };
}

/** What a person typed, without the parts that OpenCode put beside it. */
function textIn(properties: JsonObject): string | undefined {
  const parts = listField(properties, "parts").filter(isObject);
  const texts = parts
    .filter((part) => part["type"] === "text" && part["synthetic"] !== true)
    .map((part) => textField(part, "text"));
  const text = texts.filter((one) => one !== undefined).join("\n");
  return text === "" ? undefined : text;
}
