import { objectField, textField } from "../../records/fields.js";
import { type Item } from "./item.js";

/** Where a turn begins. */
export function isTurnStart({ name }: Item): boolean {
  return name === "event_msg/task_started" || name === "turn_context";
}

/** The turn an item says it is in. Copies in forks keep it. */
export function turnOf({ payload }: Item): string | undefined {
  return (
    textField(payload, "turn_id") ??
    textField(objectField(payload, "internal_chat_message_metadata_passthrough"), "turn_id") ??
    textField(objectField(payload, "metadata"), "turn_id")
  );
}
