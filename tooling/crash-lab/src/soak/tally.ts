import { createHash } from "node:crypto";

/** How many events were met and in which order, kept in a few numbers however many there are. */
export interface TallyState {
  readonly count: number;
  /** -1 before the first event. */
  readonly lastSeq: number;
  /** Sum of a hash of each event's number and id, modulo 2^48: the same for the same events. */
  readonly sum: number;
  /** Events with a number that had been reached before: told twice, or out of order. */
  readonly repeated: number;
  /** Numbers that were passed over. */
  readonly skipped: number;
}

export interface Tally {
  take(event: { readonly seq: number; readonly id: string }): void;
  state(): TallyState;
}

const MODULUS = 2 ** 48;

/** Counts events whose first number is `from`. */
export function createTally(from = 0): Tally {
  let [count, lastSeq, sum, repeated, skipped] = [0, from - 1, 0, 0, 0];
  return {
    take: ({ seq, id }) => {
      count += 1;
      sum = (sum + createHash("sha256").update(`${seq} ${id}`).digest().readUIntBE(0, 6)) % MODULUS;
      if (seq <= lastSeq) repeated += 1;
      else {
        skipped += seq - lastSeq - 1;
        lastSeq = seq;
      }
    },
    state: () => ({ count, lastSeq, sum, repeated, skipped }),
  };
}

/** What is wrong with what was met of a log, against what the log has; `who` names whose word it is. */
export function compareTallies(who: string, met: TallyState | undefined, stored: TallyState): readonly string[] {
  if (met === undefined) return [`${who}: nothing of it`];
  const wrong: string[] = [];
  if (met.repeated > 0) wrong.push(`${who}: ${met.repeated} events again or out of order`);
  if (met.skipped > 0) wrong.push(`${who}: ${met.skipped} events passed over`);
  if (met.lastSeq !== stored.lastSeq) wrong.push(`${who}: last is ${met.lastSeq}, in the log ${stored.lastSeq}`);
  if (met.count !== stored.count) wrong.push(`${who}: ${met.count} events, in the log ${stored.count}`);
  if (wrong.length === 0 && met.sum !== stored.sum) wrong.push(`${who}: other events than those in the log`);
  return wrong;
}
