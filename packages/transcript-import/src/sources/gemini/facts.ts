import { defined, textField } from "../../records/fields.js";
import { isUuid } from "../../records/uuid.js";
import { type RecordFacts } from "../../source.js";
import { readContent } from "./content.js";
import { type MessageContext, typedText } from "./map/message.js";
import { directoryIn, isSessionContext } from "./session-context.js";

/** Where a message stands in its chat. */
export interface Standing {
  /** The message before it. */
  readonly parent: string | undefined;
  /** It was never in the chat before. */
  readonly isNew: boolean;
  /** It begins what is left of the conversation after a compression. */
  readonly isHead: boolean;
  readonly projectHash: string | undefined;
}

/** What a message says about its session. Written again, it says nothing new about where it stands. */
export function messageFacts(context: MessageContext, standing: Standing): RecordFacts {
  const { id, message, time, timed, synthetic } = context;
  const { parent, isNew, isHead, projectHash } = standing;
  const isUser = message["type"] === "user";
  const text = isUser && synthetic ? readContent(message["content"]).text : "";
  const uuid = asUuid(id);
  return defined<RecordFacts>({
    time: timed ? time : undefined,
    ...(isNew && uuid !== undefined ? { uuid, parentUuid: asUuid(parent), isHead: isHead ? true : undefined } : {}),
    cwd: isSessionContext(text) ? directoryIn(text, projectHash) : undefined,
    model: message["type"] === "gemini" ? textField(message, "model") : undefined,
    prompt: isUser && !synthetic ? typedText(context) : undefined,
  });
}

/**
 * Ids that were drawn at random: shared by two sessions only when one was copied. Others are hashes of what the message says,
 * such as that of the session's context, and shared by sessions that have nothing to do with each other.
 */
function asUuid(id: string | undefined): string | undefined {
  return isUuid(id) ? id : undefined;
}
