import { defined, objectField, textField } from "../../records/fields.js";
import { asNativeId } from "../../records/native-id.js";
import { isCommand } from "../../records/slash-command.js";
import { type RecordFacts } from "../../source.js";
import { agentOf, parentOf } from "./map/agents.js";
import { isTyped } from "./map/messages.js";
import { modelNamed } from "./map/session.js";
import { uuidOf } from "./record-key.js";
import { type RecordContext } from "./record.js";

/**
 * What a record says about its session. Ids are drawn at random, so two sessions have one in common only when one of them is
 * a copy of the other.
 */
export function factsOf(context: RecordContext): RecordFacts {
  const { record, type, time, timed, subAgent } = context;
  const isMain = subAgent === undefined;
  return defined<RecordFacts>({
    time: timed ? time : undefined,
    uuid: isMain ? uuidOf(record) : undefined,
    parentUuid: isMain ? uuidOf(record, "parentId") : undefined,
    isHead: isMain && type === "session.compaction_complete" ? true : undefined,
    ...ownFacts(context),
  });
}

function ownFacts(context: RecordContext): Partial<RecordFacts> {
  const { type, data } = context;
  switch (type) {
    case "session.start":
      return { ...placeIn(context), ...linkIn(context) };
    case "session.resume":
      return placeIn(context);
    case "session.context_changed":
      return placeIn({ ...context, data: { context: data } });
    case "session.model_change":
      return modelFact(textField(data, "newModel"));
    case "session.auto_mode_resolved":
      return modelFact(textField(data, "chosenModel"));
    case "assistant.message":
      return context.subAgent === undefined ? modelFact(textField(data, "model")) : {};
    case "session.title_changed": {
      const text = textField(data, "title");
      return text === undefined ? {} : { title: { text } };
    }
    case "user.message": {
      const prompt = textField(data, "content");
      return prompt === undefined || !isTyped(context) || isCommand(prompt) ? {} : { prompt };
    }
    case "subagent.started": {
      const id = agentOf(context);
      if (id === undefined) return {};
      const [name, callId, parent] = [textField(data, "agentName"), textField(data, "toolCallId"), parentOf(context)];
      return { subAgent: defined<NonNullable<RecordFacts["subAgent"]>>({ id, name, callId, parent }) };
    }
    default:
      return {};
  }
}

function placeIn({ data }: RecordContext): Partial<RecordFacts> {
  const place = objectField(data, "context");
  return defined<Partial<RecordFacts>>({
    cwd: textField(place, "cwd"),
    branch: textField(place, "branch"),
    commit: textField(place, "headCommit"),
    model: modelNamed(textField(data, "selectedModel")),
  });
}

/** A session that was started when another one ended, to go on with what that one knew. */
function linkIn({ data, nativeSession }: RecordContext): Partial<RecordFacts> {
  const native = asNativeId(textField(data, "detachedFromSpawningParentSessionId"));
  return native === undefined || native === nativeSession ? {} : { link: { kind: "continuation", native } };
}

function modelFact(named: string | undefined): Partial<RecordFacts> {
  const model = modelNamed(named);
  return model === undefined ? {} : { model };
}
