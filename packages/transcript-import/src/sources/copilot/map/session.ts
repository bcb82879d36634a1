import { type JsonObject } from "@agentlog/types";
import { type DataOf } from "../../../records/event.js";
import { countField, defined, objectField, textField } from "../../../records/fields.js";
import { type ImportedEvent } from "../../../source.js";
import { AGENT, detailsOf, eventOf, namedEventOf, type RecordContext } from "../record.js";
import { type Handlers } from "./handler.js";

const LONGEST_SUMMARY = 1000;

/** How a session begins, goes on and ends. */
export const sessionHandlers: Handlers = [
  ["session.start", (context) => [sessionStart(context)]],
  [
    "session.resume",
    (context, state) => {
      const data = defined<DataOf<"session.resumed">>({
        agent: AGENT,
        nativeSession: context.nativeSession,
        ...surroundings(context.data),
        idleMs: between(state.latest, context.time),
        details: detailsOf(context.data, "selectedModel"),
      });
      return [eventOf(context, "session.resumed", "resumed", data)];
    },
  ],
  [
    "session.shutdown",
    (context, state) => {
      const { data } = context;
      const failed = data["shutdownType"] === "error";
      const ended = defined<DataOf<"session.ended">>({
        outcome: failed ? "failure" : "success",
        durationMs: between(state.runStarted, context.time),
        reason: textField(data, "shutdownType"),
        error: failed ? textField(data, "errorReason") : undefined,
        details: detailsOf(data, "shutdownType"),
      });
      return [...state.usage.end(context), eventOf(context, "session.ended", "ended", ended)];
    },
  ],
  [
    "session.model_change",
    (context) => {
      const to = textField(context.data, "newModel");
      if (to === undefined) return undefined;
      const data = defined<DataOf<"model.switched">>({
        from: textField(context.data, "previousModel"),
        to,
        reason: textField(context.data, "cause") ?? textField(context.data, "source"),
        details: detailsOf(context.data, "previousModel", "newModel", "cause"),
      });
      return [eventOf(context, "model.switched", "model", data)];
    },
  ],
  [
    "session.compaction_complete",
    (context) => {
      const { data } = context;
      // Nothing was replaced when it failed.
      if (data["success"] === false) return undefined;
      const summary = textField(data, "summaryContent");
      const compacted = defined<DataOf<"context.compacted">>({
        trigger: data["trigger"] === "manual" ? "manual" : "auto",
        preTokens: countField(data, "preCompactionTokens"),
        postTokens: countField(data, "postCompactionTokens"),
        summary: summary?.slice(0, LONGEST_SUMMARY),
        details: detailsOf(data, "preCompactionTokens", "postCompactionTokens"),
      });
      return [eventOf(context, "context.compacted", "compacted", compacted)];
    },
  ],
  [
    "session.title_changed",
    (context) => {
      const title = textField(context.data, "title");
      return title === undefined ? undefined : [eventOf(context, "session.titled", "title", { title })];
    },
  ],
];

/** The beginning of a session, told by the record that says so or, where that is lost, by the first one there is. */
export function sessionStart(context: RecordContext): ImportedEvent {
  const { type, data, nativeSession } = context;
  const isStart = type === "session.start";
  const started = defined<DataOf<"session.started">>({
    agent: AGENT,
    agentVersion: isStart ? textField(data, "copilotVersion") : undefined,
    nativeSession,
    ...(isStart ? surroundings(data) : {}),
    details: isStart ? detailsOf(data, "sessionId", "copilotVersion", "selectedModel") : undefined,
  });
  return namedEventOf(context, "session.started", "session.started", started);
}

function surroundings(data: JsonObject): Pick<DataOf<"session.started">, "model" | "cwd" | "branch" | "commit"> {
  const place = objectField(data, "context");
  return defined<Pick<DataOf<"session.started">, "model" | "cwd" | "branch" | "commit">>({
    model: modelNamed(textField(data, "selectedModel")),
    cwd: textField(place, "cwd"),
    branch: textField(place, "branch"),
    commit: textField(place, "headCommit"),
  });
}

/** `auto` is no model: what it chose is told later. */
export function modelNamed(model: string | undefined): string | undefined {
  return model === "auto" ? undefined : model;
}

function between(from: string | undefined, to: string): number | undefined {
  const passed = from === undefined ? Number.NaN : Date.parse(to) - Date.parse(from);
  return passed >= 0 ? passed : undefined;
}
