import { type JsonObject, type JsonValue, type SessionStarted } from "@agentlog/types";
import { type DataOf } from "../../records/event.js";
import { defined, isObject, listField, objectField, textField } from "../../records/fields.js";
import { timeField, timeOf } from "../../records/time.js";
import { type ImportedEvent, type RecordFacts } from "../../source.js";
import { type ChatPlace } from "./chat-place.js";
import { type Clock } from "./clock.js";
import { readContent } from "./content.js";
import { AGENT, eventOf, hashOf, keptPart, type Part, partOf } from "./event.js";
import { messageFacts } from "./facts.js";
import { createHistory } from "./history.js";
import { isWhole, mapMessage, type MessageContext } from "./map/message.js";
import { readRecord } from "./records.js";
import { isSessionContext } from "./session-context.js";
import { createTold } from "./told.js";

/** What a record adds: events, and what it says about its session. One for each message in it. */
export interface Addition {
  readonly events: readonly ImportedEvent[];
  readonly facts: RecordFacts;
}

/** One session's chat, as far as its records were read. */
export interface Chat {
  add(record: JsonObject): readonly Addition[];
  /** What was held back until it is known to be whole. */
  finish(): readonly Addition[];
}

/**
 * Follows a chat record by record. A record's events depend on the records before it and on nothing else, so a file that has
 * grown gives the same events again and new ones behind them. Only an answer without its tokens waits, because its text may
 * still grow: for them, for the next message, or until the file was left alone.
 */
export function createChat(place: ChatPlace, clock: Clock): Chat {
  const told = createTold(place);
  const history = createHistory();
  let held: MessageContext | undefined;
  let started = false;
  let [projectHash, rewinds]: [string | undefined, number] = [undefined, 0];

  const tell = (part: Part): readonly ImportedEvent[] => {
    const event = told.tell(part);
    return event === undefined ? [] : [event];
  };

  const start = (header: JsonObject): readonly ImportedEvent[] => {
    if (started) return [];
    started = true;
    const [directory] = listField(header, "directories");
    const data = defined<SessionStarted>({
      agent: AGENT,
      nativeSession: place.nativeSession,
      cause: place.isSubAgent ? "sub-agent" : undefined,
      cwd: place.isSubAgent && typeof directory === "string" ? directory : undefined,
    });
    const about = defined<JsonObject>({ projectHash: header["projectHash"], kind: header["kind"] });
    const part = partOf(clock.at(timeField(header, "startTime")), "session.started", "", "", data);
    return [eventOf(place, "session.started", { ...part, about })];
  };

  const tellMessage = (context: MessageContext, isHead = false): Addition => {
    const parent = isHead ? undefined : history.last();
    const isNew = history.append(context.id, isContext(context.message));
    const events = mapMessage(context).flatMap(tell);
    return { events, facts: messageFacts(context, { parent, isNew, isHead, projectHash }) };
  };

  const release = (): readonly Addition[] => {
    const context = held;
    held = undefined;
    return context === undefined ? [] : [tellMessage(context)];
  };

  const message = (id: string, record: JsonObject, more: { synthetic?: boolean; isHead?: boolean } = {}): Addition => {
    const synthetic = more.synthetic === true || isContext(record);
    return tellMessage({ id, message: record, ...clock.at(timeOf(record)), synthetic }, more.isHead);
  };

  /** The whole list as it is from here on. */
  const replaceHistory = (messages: readonly JsonValue[], time: string | undefined): readonly Addition[] => {
    const records = messages.flatMap((record) =>
      isObject(record) && textField(record, "id") !== undefined ? [record] : [],
    );
    const ids = records.map((record) => textField(record, "id")!);
    const summary = history.summaryIn(ids.filter((_, index) => !isContext(records[index]!)));
    const additions: Addition[] = [];
    for (const [index, record] of records.entries()) {
      const id = ids[index]!;
      const isMadeUp = summary !== undefined && !history.knows(id);
      if (id === summary) additions.push({ events: tell(compaction(id, record, clock.at(time))), facts: {} });
      additions.push(message(id, record, { synthetic: isMadeUp, isHead: id === summary }));
    }
    history.replace(ids);
    return additions;
  };

  const setFields = (fields: JsonObject): readonly Addition[] => {
    const time = timeField(fields, "lastUpdated");
    const at = clock.at(time);
    const events: ImportedEvent[] = [];
    let facts: RecordFacts = time === undefined ? {} : { time };
    for (const [name, value] of Object.entries(fields)) {
      if (OWN_FIELDS.has(name) || value === undefined) continue;
      const isTitle = name === "summary" && typeof value === "string" && value !== "";
      if (isTitle) facts = { ...facts, title: { text: value, by: "agent" } };
      const part = isTitle
        ? partOf(at, "session.titled", "title", hashOf(value), { title: value, by: "agent" })
        : keptPart(at, "set", `set/${name}`, Object.fromEntries([[name, value]]));
      const event = told.tellChange(part);
      if (event !== undefined) events.push(event);
    }
    const messages = fields["messages"];
    return [
      { events, facts },
      ...(Array.isArray(messages) ? replaceHistory(messages as readonly JsonValue[], time) : []),
    ];
  };

  const rewind = (to: string): readonly Addition[] => {
    rewinds += 1;
    const dropped = history.rewind(to);
    const data = { to, messages: dropped.count, found: dropped.found };
    const part: Part = { ...clock.at(undefined), key: `rewound/${rewinds}`, state: to, type: `${AGENT}.rewound`, data };
    return [{ events: tell(part), facts: {} }];
  };

  return {
    add: (record) => {
      const read = readRecord(record);
      if (read.kind === "header") {
        const { header } = read;
        const released = release();
        projectHash = textField(header, "projectHash");
        const time = timeField(header, "startTime");
        const link = place.parent === undefined ? {} : { link: { kind: "sub-agent", native: place.parent } as const };
        const first: Addition = { events: start(header), facts: { ...(time === undefined ? {} : { time }), ...link } };
        return [...released, first, ...setFields(header)];
      }
      const before: readonly Addition[] = started ? [] : [{ events: start({}), facts: {} }];
      if (read.kind === "message") {
        const released = held !== undefined && held.id !== read.id ? release() : [];
        if (isWhole(read.message)) {
          held = undefined;
          return [...before, ...released, message(read.id, read.message)];
        }
        held = { id: read.id, message: read.message, ...clock.at(timeOf(read.message)), synthetic: false };
        return [...before, ...released];
      }
      if (read.kind === "set") {
        const released = read.fields["messages"] === undefined ? [] : release();
        return [...before, ...released, ...setFields(read.fields)];
      }
      if (read.kind === "rewind") return [...before, ...release(), ...rewind(read.to)];
      const kept = keptPart(clock.at(timeOf(record)), textField(record, "type") ?? "untyped", "", record);
      return [...before, ...release(), { events: tell({ ...kept, key: `record/${kept.state}` }), facts: {} }];
    },
    finish: release,
  };
}

function isContext(message: JsonObject): boolean {
  return message["type"] === "user" && isSessionContext(readContent(message["content"]).text);
}

/** Fields of a chat that are told in another way, or by every record. */
const OWN_FIELDS: ReadonlySet<string> = new Set([
  "sessionId",
  "projectHash",
  "startTime",
  "lastUpdated",
  "kind",
  "messages",
]);

const LONGEST_SUMMARY = 1000;

/** The conversation was replaced by a summary. Nothing in a chat says who asked for it. */
function compaction(id: string, summary: JsonObject, at: Pick<Part, "time" | "timed">): Part {
  const { text } = readContent(summary["content"]);
  const data = defined<DataOf<"context.compacted">>({
    summary: text === "" ? undefined : text.slice(0, LONGEST_SUMMARY),
    details: objectField(summary, "tokens"),
  });
  return partOf(at, "context.compacted", `compacted/${id}`, "", data);
}
