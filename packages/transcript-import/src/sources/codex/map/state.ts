import { type ImportedEvent } from "../../../source.js";
import { type RecordContext } from "../record.js";
import { type Calls, createCalls } from "./calls.js";
import { createTwins, type Twins } from "./twins.js";
import { createUsage, type Usage } from "./usage.js";

/** What is remembered of the records of one file so far. */
export interface MapperState {
  readonly twins: Twins;
  readonly calls: Calls;
  readonly usage: Usage;
  /** Agents and results of agents that were told. */
  readonly agents: Set<string>;
  started: boolean;
  cwd: string | undefined;
  model: string | undefined;
}

/** Maps one kind of record; none when there is nothing new in it, and then it is kept as it is. */
export type Handler = (context: RecordContext, state: MapperState) => readonly ImportedEvent[];

export function createState(): MapperState {
  return {
    twins: createTwins(),
    calls: createCalls(),
    usage: createUsage(),
    agents: new Set(),
    started: false,
    cwd: undefined,
    model: undefined,
  };
}
