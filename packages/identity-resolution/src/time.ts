// `Date.parse` reads other forms in the machine's own time zone: the answer would not be the same everywhere.
const RFC_3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/** Milliseconds since 1970 of an RFC 3339 time; undefined for anything else. */
export function toTime(text: string | undefined): number | undefined {
  if (text === undefined || text.length > 40 || !RFC_3339.test(text)) return undefined;
  const time = Date.parse(text);
  return Number.isNaN(time) ? undefined : time;
}

/** Order of two times, the unknown one last. */
export function compareTimes(a: number | undefined, b: number | undefined): number {
  if (a === b) return 0;
  if (a === undefined) return 1;
  return b === undefined ? -1 : a - b;
}
