import { type AgentStarted, type JsonObject, type SessionStarted } from "@agentlog/types";
import { defined, flagField, objectField, textField } from "../../../records/fields.js";
import { type ImportedEvent } from "../../../source.js";
import { AGENT, namedEventOf, type RecordContext } from "../record.js";

/** The beginnings that no record tells: of a session, and of each sub-agent. */
export interface Starts {
  /** What begins with this record. */
  before(context: RecordContext): readonly ImportedEvent[];
}

const CONVERSATION: ReadonlySet<unknown> = new Set(["user", "assistant", "system", "attachment", "progress"]);

/**
 * A session begins with its first conversation record. What later records say (a title, a model) is not looked for: the
 * event must be the same however much of the file there was at the first import.
 */
export function createStarts(): Starts {
  const started = new Set<string>();
  const titles = new Map<string, { readonly title: string; readonly custom: boolean }>();

  return {
    before: (context) => {
      const { record, session, subAgent } = context;
      const title = titleOf(record);
      if (title !== undefined && (title.custom || titles.get(session)?.custom !== true)) titles.set(session, title);
      if (!CONVERSATION.has(record["type"])) return [];
      const name = subAgent === undefined ? session : `${session}/${subAgent}`;
      // A record of a nameless sub-agent of old versions begins no session: the one before it did.
      if (started.has(name) || (subAgent === undefined && flagField(record, "isSidechain") && started.size > 0))
        return [];
      started.add(name);
      return [
        subAgent === undefined ? sessionStart(context, titles.get(session)?.title) : agentStart(context, subAgent),
      ];
    },
  };
}

function sessionStart(context: RecordContext, title: string | undefined): ImportedEvent {
  const { record, nativeSession } = context;
  const data = defined<SessionStarted>({
    agent: AGENT,
    agentVersion: textField(record, "version"),
    nativeSession,
    title,
    model: modelOf(record),
    cwd: textField(record, "cwd"),
    branch: textField(record, "gitBranch"),
  });
  return namedEventOf(context, "session.started", "session.started", data);
}

function agentStart(context: RecordContext, agent: string): ImportedEvent {
  const data = defined<AgentStarted>({ agent, role: "sub-agent", model: modelOf(context.record) });
  return namedEventOf(context, "agent.started", `${agent}/agent.started`, data);
}

function modelOf(record: JsonObject): string | undefined {
  const model = textField(objectField(record, "message"), "model");
  return model === "<synthetic>" ? undefined : model;
}

/** A title somebody gave counts more than one that was made up. */
function titleOf(record: JsonObject): { readonly title: string; readonly custom: boolean } | undefined {
  const custom = record["type"] === "custom-title";
  const title = custom
    ? textField(record, "customTitle")
    : record["type"] === "ai-title"
      ? textField(record, "aiTitle")
      : undefined;
  return title === undefined ? undefined : { title, custom };
}
