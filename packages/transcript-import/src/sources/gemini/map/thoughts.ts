import { type ReasoningRecorded } from "@agentlog/types";
import { defined, isObject, listField, textField } from "../../../records/fields.js";
import { timeOf } from "../../../records/time.js";
import { hashOf, type Part, partOf } from "../event.js";
import { type MessageContext } from "./message.js";

/**
 * What the model thought: the list a message has, each with its own time; else what stands among its content, where the list
 * is repeated when the message is written again.
 */
export function mapThoughts(context: MessageContext, inContent: readonly string[]): readonly Part[] {
  const { message } = context;
  const listed = listField(message, "thoughts").filter(isObject);
  const thoughts =
    listed.length > 0
      ? listed.map((thought) => {
          const subject = textField(thought, "subject");
          const description = textField(thought, "description");
          const text = [subject === undefined ? undefined : `**${subject}**`, description];
          return { text: text.filter((one) => one !== undefined).join("\n"), time: timeOf(thought) };
        })
      : inContent.map((text) => ({ text, time: undefined }));
  const seen = new Map<string, number>();
  return thoughts.map(({ text, time }) => {
    const hash = hashOf(text);
    const turn = (seen.get(hash) ?? 0) + 1;
    seen.set(hash, turn);
    return thought(context, text, time, `${hash}.${turn}`);
  });
}

function thought(context: MessageContext, text: string, time: string | undefined, key: string): Part {
  const { id, message } = context;
  const data = defined<ReasoningRecorded>({ text, messageId: id, model: textField(message, "model") });
  const at = time === undefined ? context : { time, timed: true };
  // A thought has no id and its place may change, so it is known by its content.
  return partOf(at, "reasoning.recorded", `${id}/thought.${key}`, "", data);
}
