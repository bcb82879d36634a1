import { agentlogError } from "@agentlog/types";

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
};
const AGE = /^(\d{1,6})(ms|s|m|h|d|w)$/;
const DATE = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/;

/** `7d` in milliseconds; undefined for what is no age. */
export function age(text: string): number | undefined {
  const [, number, unit = ""] = AGE.exec(text) ?? [];
  return number === undefined ? undefined : Number(number) * (UNITS[unit] ?? 0);
}

/** A time as people give it: so long ago (`90m`, `12h`, `7d`, `2w`) or a date, in local time unless it says otherwise. Throws `USAGE`. */
export function pointInTime(text: string, option: string, now: number = Date.now()): string {
  const ago = age(text);
  const at =
    ago !== undefined
      ? now - ago
      : DATE.test(text)
        ? // A date alone would be taken for midnight in UTC.
          Date.parse(text.includes("T") ? text : `${text}T00:00`)
        : Number.NaN;
  if (!Number.isNaN(at)) return new Date(at).toISOString();
  const hint = "give 90m, 12h, 7d, 2w, or a date such as 2026-07-01";
  throw agentlogError("USAGE", `${option} is no point in time; ${hint}`, { hint });
}
