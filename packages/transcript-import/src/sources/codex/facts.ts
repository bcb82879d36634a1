import { defined, textField } from "../../records/fields.js";
import { type ImportedEvent, type RecordFacts } from "../../source.js";
import { type Item } from "./item.js";
import { typedText } from "./map/text.js";
import { gitOf, type Thread } from "./thread.js";
import { isTurnStart } from "./turns.js";

/** What a record says about its session, given the events that came of it. Asked once for each record, in order. */
export type Facts = (
  item: Item,
  time: string | undefined,
  events: readonly ImportedEvent[],
  copied: boolean,
) => RecordFacts;

/**
 * Turns are what forks keep the ids of, on every version that has them, so they stand for the conversation's records. A
 * copied record says nothing else about this session, and nothing at all in a sub-agent, which does not go on with it.
 */
export function createFacts(thread: Thread): Facts {
  let turn: string | undefined;
  let compacted = false;

  const lineage = (item: Item, copied: boolean): RecordFacts => {
    const id = isTurnStart(item) ? textField(item.payload, "turn_id") : undefined;
    if (item.type === "compacted") compacted = true;
    if (id === undefined || id === turn || (copied && thread.isSubAgent)) return {};
    const facts = defined<RecordFacts>({ uuid: id, parentUuid: turn, isHead: compacted ? true : undefined });
    [turn, compacted] = [id, false];
    return facts;
  };

  return (item, time, events, copied) => {
    const facts = lineage(item, copied);
    return copied ? facts : { ...facts, ...defined<RecordFacts>({ time }), ...ownFacts(item, events, thread) };
  };
}

function ownFacts(item: Item, events: readonly ImportedEvent[], thread: Thread): RecordFacts {
  const { type, payload } = item;
  if (type === "session_meta") {
    if (textField(payload, "id") !== thread.id) return {};
    return defined<RecordFacts>({ link: thread.link, cwd: textField(payload, "cwd"), ...gitOf(payload) });
  }
  if (type === "turn_context") {
    return defined<RecordFacts>({ cwd: textField(payload, "cwd"), model: textField(payload, "model") });
  }
  const [event] = events;
  if (event?.type === "session.titled") {
    const text = textField(event.data, "title");
    return text === undefined ? {} : { title: { text } };
  }
  const said = events.find(({ type: kind, data }) => kind === "message.sent" && data["role"] === "user");
  const text = textField(said?.data, "text");
  return text === undefined || said?.data["synthetic"] === true ? {} : { prompt: typedText(text) };
}
