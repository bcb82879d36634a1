import { deriveSessionId, type JsonObject } from "@agentlog/types";
import { type DataOf } from "../../../records/event.js";
import { defined, objectField, textField, without } from "../../../records/fields.js";
import { type ImportedEvent } from "../../../source.js";
import { AGENT, eventOf, namedEventOf, type RecordContext } from "../record.js";
import { gitOf } from "../thread.js";
import { type Handler, type MapperState } from "./state.js";
import { beginning } from "./text.js";
import { mapTokenCount } from "./usage.js";

/** The beginning of the session, which is its first record. */
export function sessionStart(context: RecordContext, state: MapperState): readonly ImportedEvent[] {
  if (state.started) return [];
  state.started = true;
  const { item, nativeSession, thread } = context;
  const isOwn = item.type === "session_meta" && textField(item.payload, "id") === thread.id;
  const about: JsonObject = isOwn ? item.payload : {};
  const { link } = thread;
  state.cwd = textField(about, "cwd");
  state.model = textField(about, "model");
  const data = defined<DataOf<"session.started">>({
    agent: AGENT,
    agentVersion: textField(about, "cli_version"),
    nativeSession,
    cause: link?.kind ?? (thread.isSubAgent ? "sub-agent" : undefined),
    parent: link === undefined ? undefined : deriveSessionId(AGENT, link.native),
    model: state.model,
    cwd: state.cwd,
    ...gitOf(about),
    details: without(about, "id", "timestamp", "cwd", "cli_version", "model", "git"),
  });
  // The first line is written with the first prompt, which may be long after the thread was made.
  const began = isOwn ? { time: thread.time ?? context.time, timed: context.timed || thread.time !== undefined } : {};
  return [namedEventOf({ ...context, ...began }, "session.started", "session.started", data)];
}

/** Each turn says its directory and its model. */
const turn: Handler = (context, state) => {
  const { payload } = context.item;
  state.cwd = textField(payload, "cwd") ?? state.cwd;
  const from = state.model;
  const to = textField(payload, "model");
  if (to === undefined || to === from) return [];
  state.model = to;
  const data = defined<DataOf<"model.switched">>({ from, to, details: without(payload, "model") });
  return [eventOf(context, "model.switched", "model", data)];
};

/** Told by the summary that replaces the history and by an event beside it; only the first one counts. */
const compaction: Handler = (context, { twins }) => {
  const { type, payload } = context.item;
  if (twins.isTold(type === "compacted" ? "item" : "event", "compaction", "")) return [];
  // Nothing in a rollout says whether somebody asked for it.
  const data = defined<DataOf<"context.compacted">>({
    summary: beginning(textField(payload, "message")),
    details: without(payload, "type"),
  });
  return [eventOf(context, "context.compacted", "compacted", data)];
};

const title: Handler = (context) => {
  const name = textField(context.item.payload, "thread_name");
  if (name === undefined) return [];
  const data = defined<DataOf<"session.titled">>({
    title: name,
    details: without(context.item.payload, "type", "thread_name"),
  });
  return [eventOf(context, "session.titled", "title", data)];
};

const reroute: Handler = (context, state) => {
  const { payload } = context.item;
  const to = textField(payload, "to_model");
  if (to === undefined || to === state.model) return [];
  const from = textField(payload, "from_model") ?? state.model;
  state.model = to;
  const data = defined<DataOf<"model.switched">>({
    from,
    to,
    reason: textField(payload, "reason"),
    details: without(payload, "type"),
  });
  return [eventOf(context, "model.switched", "model", data)];
};

const settings: Handler = (context, state) => {
  const applied = objectField(context.item.payload, "thread_settings");
  return applied === undefined ? [] : turn({ ...context, item: { ...context.item, payload: applied } }, state);
};

export const sessionHandlers: readonly (readonly [string, Handler])[] = [
  ["turn_context", turn],
  ["event_msg/thread_settings_applied", settings],
  ["event_msg/model_reroute", reroute],
  ["compacted", compaction],
  ["event_msg/context_compacted", compaction],
  ["event_msg/thread_name_updated", title],
  ["event_msg/token_count", (context, { usage }) => mapTokenCount(context, usage)],
];
