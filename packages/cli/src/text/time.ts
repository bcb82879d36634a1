const UNITS: readonly (readonly [Intl.RelativeTimeFormatUnit, number])[] = [
  ["year", 31_536_000_000],
  ["month", 2_592_000_000],
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
];

const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "narrow" });

/** `3h ago`, from an RFC 3339 time; the text itself when it is none. */
export function timeAgo(time: string, now: number): string {
  const difference = Date.parse(time) - now;
  if (Number.isNaN(difference)) return time;
  for (const [unit, ms] of UNITS)
    if (Math.abs(difference) >= ms) return RELATIVE.format(Math.trunc(difference / ms), unit);
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
  const format = (value: number, unit: string): string =>
    new Intl.NumberFormat("en", { style: "unit", unit, unitDisplay: "short", maximumFractionDigits: 1 }).format(value);
  if (bytes < 1_000) return format(bytes, "byte");
  if (bytes < 1_000_000) return format(bytes / 1_000, "kilobyte");
  if (bytes < 1_000_000_000) return format(bytes / 1_000_000, "megabyte");
  return format(bytes / 1_000_000_000, "gigabyte");
}
