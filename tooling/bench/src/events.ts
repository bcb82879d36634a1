import { randomUUID } from "node:crypto";

/** The work: what a caller hands to a log, the same object to every store. */
export interface WorkEvent {
  readonly id: string;
  readonly time: string;
  readonly type: string;
  readonly data: { readonly session: string; readonly callId: string; readonly output: string };
}

const WORDS =
  "reads the file, finds the failing test, changes one line of the parser and runs the suite once more to see that it holds; ";

/** Events whose JSON has exactly so many bytes, with ids of their own. */
export function makeEvents(count: number, bytes: number): readonly WorkEvent[] {
  const make = (n: number, output: string): WorkEvent => ({
    id: `evt_${randomUUID()}`,
    time: new Date(Date.UTC(2026, 0, 1) + n).toISOString(),
    type: "tool.completed",
    data: { session: "sess_0197f4c2-7a3e-7c41-9d55-3f8a1b2c4d5e", callId: `call_${100_000 + (n % 800_000)}`, output },
  });
  const filler = bytes - JSON.stringify(make(0, "")).length;
  const output = WORDS.repeat(Math.ceil(filler / WORDS.length)).slice(0, filler);
  return Array.from({ length: count }, (_, n) => make(n, output));
}
