import { currentProcess, type ProcessIdentity } from "@agentlog/durable-fs";
import { type SessionId } from "@agentlog/types";
import { type Clinic } from "./clinic.js";

/** One thing that can be wrong with a store, and what doctor makes of it. */
export interface Damage {
  readonly name: string;
  harm(clinic: Clinic, session: SessionId): Promise<void> | void;
  readonly check: string;
  readonly severity: "problem" | "note";
  readonly what: RegExp;
  /** The beginning of the command that mends it; undefined when there is none. */
  readonly command: string | undefined;
}

/** No process has had this pid with that start time. */
export const DEAD: ProcessIdentity = { ...currentProcess(), startTime: "1" };
export const entry = (nonce: string, owner: ProcessIdentity = DEAD): string =>
  `o1.${owner.pid}.${owner.startTime}.${owner.bootId}.${owner.pidNamespace}.${nonce}`;
export const LONG_AGO: number = Date.now() - 3 * 24 * 3_600_000;
export const spoolName = (atMs: number): string => `${String(atMs * 1000).padStart(16, "0")}-7-0123456789abcdef`;

export const presence = (more: object = {}): string =>
  JSON.stringify({
    ...DEAD,
    host: "here",
    writer: "aa",
    run: 1,
    seq: 0,
    progress: 0,
    time: new Date(LONG_AGO).toISOString(),
    intervalMs: 10_000,
    ...more,
  });

export const logOf = ({ layout }: Clinic, id: SessionId): string => layout.session(id).events;
