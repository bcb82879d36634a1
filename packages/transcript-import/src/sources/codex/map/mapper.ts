import { type ImportedEvent } from "../../../source.js";
import { type Item } from "../item.js";
import { keptEventOf, type RecordContext } from "../record.js";
import { agentHandlers } from "./agents.js";
import { execHandlers } from "./exec.js";
import { messageHandlers } from "./messages.js";
import { patchHandlers } from "./patches.js";
import { permissionHandlers } from "./permissions.js";
import { sessionHandlers, sessionStart } from "./session.js";
import { createState, type Handler } from "./state.js";
import { toolHandlers } from "./tools.js";

/** Turns the records of one file, in order, into events. */
export interface Mapper {
  map(context: Omit<RecordContext, "cwd" | "model">): readonly ImportedEvent[];
  /** Takes note of a record that was copied from another thread; it gives no events. */
  skip(item: Item): readonly ImportedEvent[];
}

const HANDLERS: ReadonlyMap<string, Handler> = new Map([
  ...sessionHandlers,
  ...messageHandlers,
  ...toolHandlers,
  ...execHandlers,
  ...patchHandlers,
  ...agentHandlers,
  ...permissionHandlers,
]);

export function createMapper(): Mapper {
  const state = createState();
  return {
    map: (record) => {
      state.twins.next();
      const context = { ...record, cwd: state.cwd, model: state.model };
      const before = sessionStart(context, state);
      const mapped = HANDLERS.get(context.item.name)?.(context, state) ?? [];
      // The record that the session begins with is in that event.
      const isStart = before.length > 0 && context.item.type === "session_meta";
      return [...before, ...(mapped.length === 0 && !isStart ? [keptEventOf(context)] : mapped)];
    },
    skip: ({ name, payload }) => {
      // The counters of a fork go on from its parent's.
      if (name === "event_msg/token_count") state.usage.add(payload);
      return [];
    },
  };
}
