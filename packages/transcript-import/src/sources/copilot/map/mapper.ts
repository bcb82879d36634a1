import { type ImportedEvent } from "../../../source.js";
import { keptEventOf, type RecordContext } from "../record.js";
import { type SessionState } from "../state.js";
import { agentHandlers } from "./agents.js";
import { type Handler } from "./handler.js";
import { messageHandlers } from "./messages.js";
import { permissionHandlers } from "./permissions.js";
import { sessionHandlers } from "./session.js";
import { toolHandlers } from "./tools.js";

// A Map, because a record's type may be "constructor".
const HANDLERS: ReadonlyMap<string, Handler> = new Map([
  ...sessionHandlers,
  ...messageHandlers,
  ...toolHandlers,
  ...agentHandlers,
  ...permissionHandlers,
]);

/** The events of one record. What no kind has a place for is kept as it is. */
export function mapRecord(context: RecordContext, state: SessionState): readonly ImportedEvent[] {
  return HANDLERS.get(context.type)?.(context, state) ?? [keptEventOf(context)];
}
