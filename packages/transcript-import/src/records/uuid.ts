const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/;
const UUID_V7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** True for a UUID as programs write them: in lower case. */
export function isUuid(text: string | undefined): boolean {
  return text !== undefined && UUID.test(text);
}

/** When a UUID of version 7 was made, in milliseconds since 1970; undefined for every other text. */
export function uuidTime(text: string | undefined): number | undefined {
  const [, high, low] = UUID_V7.exec(text ?? "") ?? [];
  return high === undefined || low === undefined ? undefined : Number.parseInt(high + low, 16);
}
