import { type JsonObject, type JsonValue } from "@agentlog/types";
import { isObject, textField } from "../../records/fields.js";

/** A message's content, whichever of its three forms it has: a text, a part, a list of both. */
export interface Content {
  /** All text of it. Gemini CLI splits the same text differently when it writes it again, so the pieces are no facts. */
  readonly text: string;
  /** What the model thought, where it stands among the content. */
  readonly thoughts: readonly string[];
  readonly calls: readonly JsonObject[];
  /** Results of tools, as the model gets them. */
  readonly responses: readonly JsonObject[];
  /** Images, files, something newer. */
  readonly others: readonly JsonObject[];
}

export function readContent(content: JsonValue | undefined): Content {
  const parts = Array.isArray(content) ? (content as readonly JsonValue[]) : content === undefined ? [] : [content];
  const [texts, thoughts]: [string[], string[]] = [[], []];
  const [calls, responses, others]: [JsonObject[], JsonObject[], JsonObject[]] = [[], [], []];
  for (const part of parts) {
    if (typeof part === "string") texts.push(part);
    else if (!isObject(part)) others.push({ value: part });
    else if (typeof part["text"] === "string") (part["thought"] === true ? thoughts : texts).push(part["text"]);
    else if (textField(fieldOf(part, "functionCall"), "name") !== undefined) calls.push(fieldOf(part, "functionCall")!);
    else if (textField(fieldOf(part, "functionResponse"), "id") !== undefined) {
      responses.push(fieldOf(part, "functionResponse")!);
    } else others.push(part);
  }
  return { text: texts.join(""), thoughts, calls, responses, others };
}

function fieldOf(part: JsonObject, name: string): JsonObject | undefined {
  const value = part[name];
  return isObject(value) ? value : undefined;
}
