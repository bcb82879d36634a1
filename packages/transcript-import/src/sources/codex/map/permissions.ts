import { type JsonObject, type JsonValue } from "@agentlog/types";
import { type DataOf } from "../../../records/event.js";
import { defined, objectField, textField, without } from "../../../records/fields.js";
import { eventOf } from "../record.js";
import { type Handler } from "./state.js";

/** What is asked for, as one line. */
function permissionOf(about: JsonObject | undefined): string {
  const command: JsonValue | undefined = about?.["command"];
  if (Array.isArray(command))
    return (command as readonly JsonValue[]).filter((word) => typeof word === "string").join(" ");
  return textField(about, "command") ?? textField(about, "tool") ?? textField(about, "type") ?? "unknown";
}

function asked(permission: (payload: JsonObject) => string): Handler {
  return (context) => {
    const { payload } = context.item;
    const callId = textField(payload, "call_id");
    const data = defined<DataOf<"permission.asked">>({
      permission: permission(payload),
      permissionId: textField(payload, "approval_id"),
      callId,
      details: without(payload, "type", "call_id"),
    });
    return [eventOf(context, "permission.asked", "asked", data)];
  };
}

/** A model that judges commands in a person's place. It tells that it began, and then how it judged. */
const guardian: Handler = (context) => {
  const { payload } = context.item;
  const about = {
    permission: permissionOf(objectField(payload, "action")),
    permissionId: textField(payload, "id"),
    callId: textField(payload, "target_item_id"),
    details: without(payload, "type", "id", "target_item_id"),
  };
  switch (payload["status"]) {
    case "in_progress":
      return [eventOf(context, "permission.asked", "asked", defined<DataOf<"permission.asked">>(about))];
    case "approved":
      return [
        eventOf(
          context,
          "permission.granted",
          "granted",
          defined<DataOf<"permission.granted">>({ ...about, by: "guardian" }),
        ),
      ];
    case "denied":
    case "timed_out": {
      const reason = textField(payload, "rationale");
      const data = defined<DataOf<"permission.denied">>({ ...about, by: "guardian", reason });
      return [eventOf(context, "permission.denied", "denied", data)];
    }
    default:
      return [];
  }
};

export const permissionHandlers: readonly (readonly [string, Handler])[] = [
  ["event_msg/exec_approval_request", asked(permissionOf)],
  ["event_msg/apply_patch_approval_request", asked(() => "apply_patch")],
  ["event_msg/request_permissions", asked(() => "permissions")],
  ["event_msg/guardian_assessment", guardian],
];
