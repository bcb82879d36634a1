const UNITS: readonly (readonly [string, number])[] = [
  ["y", 31_536_000_000],
  ["mo", 2_592_000_000],
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
];

/**
 * `3h ago`, from an RFC 3339 time; the text itself when it is none. Not by `Intl`: its tables take 20 ms to load, a whole
 * start of Node.
 */
export function timeAgo(time: string, now: number): string {
  const difference = now - Date.parse(time);
  if (Number.isNaN(difference)) return time;
  for (const [unit, ms] of UNITS) {
    const number = Math.trunc(Math.abs(difference) / ms);
    if (number > 0) return difference > 0 ? `${number}${unit} ago` : `in ${number}${unit}`;
  }
  return "now";
}

/** `820 ms`, `4.1 s`, `3 min 2 s`. */
export function duration(ms: number): string {
  if (Math.round(ms) < 1_000) return `${Math.round(ms)} ms`;
  const tenths = Math.round(ms / 100);
  if (tenths < 600) return `${(tenths / 10).toFixed(1)} s`;
  const seconds = Math.round(ms / 1_000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** `1.4 MB`, in powers of 1,000. */
export function byteSize(bytes: number): string {
  const [unit, size] = SIZES.find(([, least]) => bytes >= least) ?? ([bytes === 1 ? "byte" : "bytes", 1] as const);
  const number = Math.round((bytes / size) * 10) / 10;
  return `${number} ${unit}`;
}

const SIZES: readonly (readonly [string, number])[] = [
  ["GB", 1_000_000_000],
  ["MB", 1_000_000],
  ["kB", 1_000],
];
