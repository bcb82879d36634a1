import { type AgentStarted } from "@agentlog/types";
import { type DataOf } from "../../../records/event.js";
import { defined, durationField, textField } from "../../../records/fields.js";
import { detailsOf, eventOf, type RecordContext } from "../record.js";
import { type Handlers } from "./handler.js";

/** Sub-agents work in their parent's session: their records are between its own. */
export const agentHandlers: Handlers = [
  [
    "subagent.started",
    (context) => {
      const agent = agentOf(context);
      if (agent === undefined) return undefined;
      const about = { agent, role: textField(context.data, "agentName"), model: textField(context.data, "model") };
      const spawned = defined<DataOf<"agent.spawned">>({
        ...about,
        parent: parentOf(context),
        callId: textField(context.data, "toolCallId"),
        details: detailsOf(context.data, "toolCallId", "agentName", "model"),
      });
      const main = { ...context, subAgent: parentOf(context) };
      return [
        eventOf(main, "agent.spawned", "spawned", spawned),
        eventOf({ ...context, subAgent: agent }, "agent.started", "started", defined<AgentStarted>(about)),
      ];
    },
  ],
  [
    "subagent.completed",
    (context) => {
      const agent = agentOf(context);
      if (agent === undefined) return undefined;
      const durationMs = durationField(context.data, "durationMs");
      const details = detailsOf(context.data, "toolCallId", "durationMs");
      return [
        eventOf(
          context,
          "agent.completed",
          "completed",
          defined<DataOf<"agent.completed">>({ agent, durationMs, details }),
        ),
      ];
    },
  ],
  [
    "subagent.failed",
    (context) => {
      const agent = agentOf(context);
      if (agent === undefined) return undefined;
      const data = defined<DataOf<"agent.failed">>({
        agent,
        error: textField(context.data, "error") ?? "failed",
        durationMs: durationField(context.data, "durationMs"),
        details: detailsOf(context.data, "toolCallId", "error", "durationMs"),
      });
      return [eventOf(context, "agent.failed", "failed", data)];
    },
  ],
];

/** The sub-agent a record is about. Without an `agentId` the call that made it stands for it. */
export function agentOf({ record, data }: RecordContext): string | undefined {
  return textField(record, "agentId") ?? textField(data, "toolCallId");
}

/** The sub-agent that made another one. */
export function parentOf(context: RecordContext): string | undefined {
  const parent = textField(context.data, "parentToolCallId");
  return parent === agentOf(context) ? undefined : parent;
}
