const DAMAGED = Symbol("a file of a read model that cannot be read");

/** An error for a file that is not as it was written. */
export function damaged(path: string): Error {
  return Object.assign(new Error(`${path} is damaged`), { [DAMAGED]: true });
}

export function isDamaged(error: unknown): boolean {
  return typeof error === "object" && error !== null && DAMAGED in error;
}
