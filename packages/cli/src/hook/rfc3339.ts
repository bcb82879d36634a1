/**
 * A time in UTC with milliseconds, as `Date.prototype.toISOString` writes it, for the years 1970 to 9999. Worked out by
 * hand: the first `Date` of a process reads the time zone (1 to 2 ms), which UTC does not need.
 */
export function rfc3339(ms: number): string {
  const whole = Math.floor(ms);
  const days = Math.floor(whole / 86_400_000);
  const rest = whole - days * 86_400_000;
  const { year, month, day } = civilDate(days);
  const date = `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
  const time = [rest / 3_600_000, (rest / 60_000) % 60, (rest / 1_000) % 60].map((part) => pad(Math.floor(part), 2));
  return `${date}T${time.join(":")}.${pad(rest % 1_000, 3)}Z`;
}

const pad = (value: number, digits: number): string => String(value).padStart(digits, "0");

/** The date of a day since 1970. Years are counted from March, so that the leap day is the last; 400 of them repeat. */
function civilDate(days: number): { readonly year: number; readonly month: number; readonly day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}
