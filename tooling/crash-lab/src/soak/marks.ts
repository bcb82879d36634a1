/**
 * What a hook or a transcript tells carries a number, so that the log shows which of them arrived and how often. One record
 * may give several events; those that carry the mark in their data are counted.
 */

const MARK = /mark-(\d+)\./g;

export function markOf(n: number): string {
  return `mark-${n}.`;
}

export interface MarkCount {
  /** Counts each mark of an event once. */
  take(data: object): void;
  /** What is wrong when the marks from 0 to below `marks` should be there, once each. */
  compare(who: string, marks: number): readonly string[];
}

export function createMarkCount(): MarkCount {
  const times: number[] = [];
  return {
    take: (data) => {
      const found = new Set([...JSON.stringify(data).matchAll(MARK)].map(([, n]) => Number(n)));
      for (const n of found) times[n] = (times[n] ?? 0) + 1;
    },
    compare: (who, marks) => {
      const all = Array.from({ length: Math.max(marks, times.length) }, (_, n) => ({ n, times: times[n] ?? 0 }));
      const lost = all.filter((one) => one.n < marks && one.times === 0).map(({ n }) => n);
      const twice = all.filter((one) => one.n < marks && one.times > 1).map(({ n }) => n);
      const unknown = all.filter((one) => one.n >= marks && one.times > 0).map(({ n }) => n);
      return [
        ...(lost.length === 0 ? [] : [`${who}: ${lost.length} of ${marks} lost: ${shown(lost)}`]),
        ...(twice.length === 0 ? [] : [`${who}: ${twice.length} of ${marks} more than once: ${shown(twice)}`]),
        ...(unknown.length === 0 ? [] : [`${who}: ${unknown.length} that nobody sent: ${shown(unknown)}`]),
      ];
    },
  };
}

function shown(numbers: readonly number[]): string {
  return numbers.length <= 5 ? numbers.join(" ") : `${numbers.slice(0, 5).join(" ")} …`;
}
