import { deriveSessionId, type JsonValue } from "@agentlog/types";
import { type DataOf } from "../../../records/event.js";
import { defined, isObject, type Loose, objectField, textField, without } from "../../../records/fields.js";
import { asNativeId } from "../../../records/native-id.js";
import { type ImportedEvent } from "../../../source.js";
import { AGENT, eventOf, type RecordContext } from "../record.js";
import { type Call } from "./calls.js";
import { parseObject } from "./result-text.js";
import { type Handler, type MapperState } from "./state.js";
import { beginning } from "./text.js";

/** A sub-agent is a thread of its own. Its id here is the thread's. */
function spawned(
  context: RecordContext,
  { agents }: MapperState,
  thread: string | undefined,
  about: Loose<Omit<DataOf<"agent.spawned">, "agent" | "session">>,
): readonly ImportedEvent[] {
  const native = asNativeId(thread);
  if (native === undefined || agents.has(native)) return [];
  agents.add(native);
  const session = deriveSessionId(AGENT, native);
  const data = defined<DataOf<"agent.spawned">>({ agent: native, ...about, session });
  return [eventOf(context, "agent.spawned", "agent", data)];
}

/** The result of the tool that makes sub-agents names the one it made. */
export function spawnedBy(
  context: RecordContext,
  state: MapperState,
  call: Call,
  callId: string,
  output: JsonValue | undefined,
): readonly ImportedEvent[] {
  if (call.name !== "spawn_agent" || typeof output !== "string") return [];
  const result = parseObject(output);
  const details = result === undefined ? undefined : without(result, "agent_id");
  return spawned(context, state, textField(result, "agent_id"), { callId, details });
}

const spawnEnd: Handler = (context, state) => {
  const { payload } = context.item;
  const about = {
    callId: textField(payload, "call_id"),
    role: textField(payload, "new_agent_role"),
    model: textField(payload, "model"),
    prompt: beginning(textField(payload, "prompt")),
    details: without(payload, "type", "call_id", "new_thread_id", "new_agent_role", "model"),
  };
  return spawned(context, state, textField(payload, "new_thread_id"), about);
};

/** A status is a word, or `{completed: <the agent's last message>}`. */
function returned(
  context: RecordContext,
  { agents }: MapperState,
  agent: string,
  status: JsonValue | undefined,
  part: string,
): readonly ImportedEvent[] {
  const isDone = status === "completed" || (isObject(status) && Object.hasOwn(status, "completed"));
  const result = isObject(status) ? textField(status, "completed") : undefined;
  const summary = beginning(result);
  const name = JSON.stringify([agent, summary ?? null]);
  if (!isDone || agents.has(name)) return [];
  agents.add(name);
  const callId = textField(context.item.payload, "call_id");
  const data = defined<DataOf<"agent.returned">>({ agent, callId, summary, details: { status } });
  return [eventOf(context, "agent.returned", part, data)];
}

const waited: Handler = (context, state) => {
  const statuses = objectField(context.item.payload, "statuses") ?? {};
  return Object.entries(statuses).flatMap(([agent, status], index) =>
    returned(context, state, agent, status, `agent.${index}`),
  );
};

const closed: Handler = (context, state) => {
  const agent = textField(context.item.payload, "receiver_thread_id");
  return agent === undefined ? [] : returned(context, state, agent, context.item.payload["status"], "agent");
};

export const agentHandlers: readonly (readonly [string, Handler])[] = [
  ["event_msg/collab_agent_spawn_end", spawnEnd],
  ["event_msg/collab_waiting_end", waited],
  ["event_msg/collab_close_end", closed],
];
