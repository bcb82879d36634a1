import { type JsonObject, type JsonValue } from "@agentlog/types";
import { isObject, textField } from "../../../records/fields.js";

const TEXT_BLOCKS: ReadonlySet<unknown> = new Set(["input_text", "output_text", "text", "Text"]);

/** A message's content: the texts in it, and the blocks that are no text. */
export interface Content {
  readonly texts: readonly string[];
  readonly others: readonly JsonValue[];
}

export function readContent(content: JsonValue | undefined): Content {
  if (typeof content === "string") return { texts: [content], others: [] };
  const blocks = Array.isArray(content) ? (content as readonly JsonValue[]) : [];
  const texts: string[] = [];
  const others: JsonValue[] = [];
  for (const block of blocks) {
    const text = isObject(block) && TEXT_BLOCKS.has(block["type"]) ? block["text"] : undefined;
    if (typeof text === "string") texts.push(text);
    else others.push(block);
  }
  return { texts, others };
}

/** What Codex puts in a person's mouth begins like this. */
const INJECTED =
  /^\s*<(?:environment_context|user_instructions|permissions instructions|collaboration_mode|turn_aborted|user_shell_command|user_action|skills?(?:_instructions)?|apps_instructions|plugins_instructions|subagent_notification|multi_agent_mode|model_switch|personality_spec|goal_context|hook_prompt|INSTRUCTIONS)\b[^>]*>|^\s*# AGENTS\.md instructions\b/;

export function isInjected(text: string): boolean {
  return INJECTED.test(text);
}

/** An editor's extension puts what it knows in front of what was typed. */
const REQUEST = /^# Context from my IDE setup:[^]*?\n## My request for Codex:\s*/;

/** What was typed of a prompt. */
export function typedText(text: string): string {
  return text.replace(REQUEST, "");
}

/** The beginning of a text, in whole characters. */
export function beginning(text: string | undefined, longest = 500): string | undefined {
  if (text === undefined || text.length <= longest) return text;
  return text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, "");
}

/** The texts of a list of `{type, text}`, as reasoning has them. */
export function textsOf(list: readonly JsonValue[]): readonly string[] {
  return list.flatMap((one) => (typeof one === "string" ? one : isObject(one) ? (textField(one, "text") ?? []) : []));
}

/** `{secs, nanos}` in milliseconds. */
export function millisecondsOf(duration: JsonObject | undefined): number | undefined {
  const { secs, nanos } = duration ?? {};
  if (typeof secs !== "number" || typeof nanos !== "number" || secs < 0 || nanos < 0) return undefined;
  return secs * 1000 + nanos / 1_000_000;
}
