/** A value that a test knows to be there. */
export function present<T>(value: T | undefined | null): T {
  if (value === undefined || value === null) throw new Error("nothing there");
  return value;
}
