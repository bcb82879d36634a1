import { type JsonObject, type NativeLink, type SightedSubAgent } from "@agentlog/types";
import { defined, flagField, isObject, listField, objectField, textField } from "../../records/fields.js";
import { asNativeId } from "../../records/native-id.js";
import { type RecordFacts } from "../../source.js";
import { isTyped } from "./map/messages.js";
import { type RecordContext } from "./record.js";

/** What the records of one file say about their session, in order. */
export interface FactsReader {
  facts(context: RecordContext): RecordFacts;
}

/** Records of the conversation itself: those that a fork copies. */
const CONVERSATION: ReadonlySet<unknown> = new Set(["user", "assistant", "system", "attachment", "progress"]);

/** `meta`: what the file beside a sub-agent's says about it. */
export function createFactsReader(meta: JsonObject | undefined): FactsReader {
  const boundaries = new Set<string>();

  const isHead = (record: JsonObject): true | undefined => {
    const uuid = textField(record, "uuid");
    const isBoundary = record["subtype"] === "compact_boundary";
    if (isBoundary && uuid !== undefined) boundaries.add(uuid);
    return isBoundary || boundaries.has(textField(record, "parentUuid") ?? "") ? true : undefined;
  };

  return {
    facts: (context) => {
      const { record, time, timed, subAgent } = context;
      const general = {
        time: timed ? time : undefined,
        title: titleOf(record),
        subAgent: subAgentOf(context, meta),
      };
      const isMain = subAgent === undefined && !flagField(record, "isSidechain") && CONVERSATION.has(record["type"]);
      if (!isMain) return defined<RecordFacts>(general);
      const branch = textField(record, "gitBranch");
      const model = textField(objectField(record, "message"), "model");
      return defined<RecordFacts>({
        ...general,
        uuid: textField(record, "uuid"),
        parentUuid: textField(record, "parentUuid"),
        isHead: isHead(record),
        link: linkOf(context),
        cwd: textField(record, "cwd"),
        // What it says outside of a repository, and where no branch is checked out.
        branch: branch === "HEAD" ? undefined : branch,
        model: model === "<synthetic>" ? undefined : model,
        prompt: promptOf(context),
      });
    },
  };
}

/** The session a copied record was born in: a branch says so on each, an interactive fork keeps the old id beside the new. */
function linkOf({ record, nativeSession }: RecordContext): NativeLink | undefined {
  const forkedFrom = objectField(record, "forkedFrom");
  const native = asNativeId(textField(forkedFrom, "sessionId") ?? textField(record, "session_id"));
  if (native === undefined || native === nativeSession) return undefined;
  const at = textField(forkedFrom, "messageUuid") ?? textField(record, "uuid");
  return { kind: "fork", native, ...(at === undefined ? {} : { at }) };
}

function titleOf(record: JsonObject): RecordFacts["title"] {
  const [custom, made] = [textField(record, "customTitle"), textField(record, "aiTitle")];
  if (record["type"] === "custom-title" && custom !== undefined) return { text: custom, by: "person" };
  if (record["type"] === "ai-title" && made !== undefined) return { text: made, by: "agent" };
  const [summary, leaf] = [textField(record, "summary"), textField(record, "leafUuid")];
  if (record["type"] === "summary" && summary !== undefined && leaf !== undefined) {
    return { text: summary, by: "agent", of: leaf };
  }
  return undefined;
}

/** The sub-agent that wrote the record, or that a tool's result names. */
function subAgentOf(context: RecordContext, meta: JsonObject | undefined): SightedSubAgent | undefined {
  const { record, subAgent } = context;
  if (subAgent !== undefined) {
    return defined<SightedSubAgent>({
      id: subAgent,
      name: textField(meta, "agentType"),
      callId: textField(meta, "toolUseId"),
      parent: textField(meta, "parentAgentId"),
    });
  }
  const id = textField(objectField(record, "toolUseResult"), "agentId");
  if (id === undefined) return undefined;
  const result = listField(objectField(record, "message"), "content").find(
    (block) => isObject(block) && block["type"] === "tool_result",
  );
  const callId = isObject(result) ? textField(result, "tool_use_id") : undefined;
  return { id, ...(callId === undefined ? {} : { callId }) };
}

function promptOf(context: RecordContext): string | undefined {
  const { record } = context;
  if (record["type"] !== "user") return undefined;
  const content = objectField(record, "message")?.["content"];
  const blocks =
    typeof content === "string" ? [content] : Array.isArray(content) ? (content as readonly unknown[]) : [];
  const texts = blocks.flatMap((block) => {
    if (typeof block === "string") return [block];
    const text = isObject(block as never) ? (block as JsonObject)["text"] : undefined;
    return typeof text === "string" ? [text] : [];
  });
  const typed = texts.filter((text) => isTyped(context, text));
  return typed.length === 0 ? undefined : typed.join("\n");
}
