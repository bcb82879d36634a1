const UUID_V7 = /^([0-9a-f]{8})-([0-9a-f]{4})-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/i;

/** When a UUID of version 7 was made, in milliseconds since 1970; undefined for every other text. */
export function uuidTime(text: string | undefined): number | undefined {
  const [, high, low] = UUID_V7.exec(text ?? "") ?? [];
  return high === undefined || low === undefined ? undefined : Number.parseInt(high + low, 16);
}
