import { type EventLog } from "@agentlog/event-log";
import { type Acknowledgement } from "../common/acknowledgements.js";

/** What became of the events that somebody was told are safe. */
export interface Findings {
  readonly acknowledged: number;
  readonly stored: number;
  /** Acknowledged and not there. */
  readonly lost: number;
  /** Events that are there more than once, and numbers given more than once. */
  readonly twice: number;
  /** Places where the numbers do not go up by one, and events under another number than their writer was told. */
  readonly outOfOrder: number;
  /** Lines of an agentlog that count for nothing: what killed writers left. */
  readonly leftovers: number;
  /** Damage that no kill and no stop may cause, in words; of a naive log, its broken lines. */
  readonly damage: readonly string[];
}

/** Compares what is stored, in file order, with what was acknowledged. */
export function createJudge(acknowledgements: readonly Acknowledgement[]): {
  see(event: Acknowledgement): void;
  findings(): Findings;
} {
  const seqOf = new Map<string, number>();
  const numbers = new Set<number>();
  let stored = 0;
  let twice = 0;
  let outOfOrder = 0;
  let expected = 0;
  return {
    see: ({ id, seq }) => {
      stored++;
      if (seq !== expected) outOfOrder++;
      expected = seq + 1;
      if (seqOf.has(id) || numbers.has(seq)) twice++;
      seqOf.set(id, seq);
      numbers.add(seq);
    },
    findings: () => {
      let lost = 0;
      for (const { id, seq } of acknowledgements) {
        const found = seqOf.get(id);
        if (found === undefined) lost++;
        else if (found !== seq) outOfOrder++;
      }
      return { acknowledged: acknowledgements.length, stored, lost, twice, outOfOrder, leftovers: 0, damage: [] };
    },
  };
}

/** What a killed or overtaken writer may leave behind; anything else is damage. */
const LEFTOVERS: readonly string[] = ["torn", "not-utf8", "partial-batch", "stale"];

/** Judges an agentlog by its own reader and its own proof. */
export async function judgeLog(log: EventLog, acknowledgements: readonly Acknowledgement[]): Promise<Findings> {
  const judge = createJudge(acknowledgements);
  for await (const { id, seq } of log.read()) judge.see({ id, seq });
  const findings = judge.findings();
  const report = await log.verify();
  const damage = report.damage
    .filter(({ kind }) => !LEFTOVERS.includes(kind))
    .map(({ kind, offset, seq }) => `${kind} at byte ${offset}${seq === undefined ? "" : `, number ${seq}`}`);
  if (report.events !== findings.stored) damage.push(`verify counts ${report.events} events, read ${findings.stored}`);
  if (report.holes.length > 0) damage.push(`${report.holes.length} holes`);
  return { ...findings, leftovers: report.damageCount - damage.length, damage };
}

/** Whether nothing at all is wrong. */
export function isSound(findings: Findings): boolean {
  const { lost, twice, outOfOrder, damage } = findings;
  return lost + twice + outOfOrder + damage.length === 0;
}
