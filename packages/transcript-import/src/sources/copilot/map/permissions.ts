import { type PermissionAsked } from "@agentlog/types";
import { type DataOf } from "../../../records/event.js";
import { defined, objectField, textField } from "../../../records/fields.js";
import { eventOf } from "../record.js";
import { type Handlers } from "./handler.js";

/** Questions whether the agent may do something, and their answers. */
export const permissionHandlers: Handlers = [
  [
    "permission.requested",
    (context, { asked }) => {
      const request = objectField(context.data, "permissionRequest");
      const permission = textField(request, "kind");
      if (permission === undefined) return undefined;
      const permissionId = textField(context.data, "requestId");
      if (permissionId !== undefined) asked.set(permissionId, permission);
      const data = defined<PermissionAsked>({
        permission,
        permissionId,
        callId: textField(request, "toolCallId"),
        input: request,
      });
      return [eventOf(context, "permission.asked", "asked", data)];
    },
  ],
  [
    "permission.completed",
    (context, { asked }) => {
      const answer = objectField(context.data, "result");
      const kind = textField(answer, "kind");
      const permissionId = textField(context.data, "requestId");
      const permission = asked.get(permissionId ?? "");
      if (kind === undefined || permission === undefined) return undefined;
      asked.delete(permissionId ?? "");
      const general = { permission, permissionId, callId: textField(context.data, "toolCallId") };
      if (kind.startsWith("approved")) {
        const data = defined<DataOf<"permission.granted">>({
          ...general,
          scope: kind === "approved" ? "once" : kind === "approved-for-session" ? "session" : undefined,
          details: answer,
        });
        return [eventOf(context, "permission.granted", "granted", data)];
      }
      const data = defined<DataOf<"permission.denied">>({ ...general, reason: kind, details: answer });
      return [eventOf(context, "permission.denied", "denied", data)];
    },
  ],
];
