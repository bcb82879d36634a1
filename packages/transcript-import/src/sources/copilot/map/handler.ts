import { type ImportedEvent } from "../../../source.js";
import { type RecordContext } from "../record.js";
import { type SessionState } from "../state.js";

/** Makes the events of one type of record; undefined when it does not understand this one, which is then kept as it is. */
export type Handler = (context: RecordContext, state: SessionState) => readonly ImportedEvent[] | undefined;

export type Handlers = readonly (readonly [type: string, handler: Handler])[];
