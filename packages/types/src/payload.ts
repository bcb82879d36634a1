/** A payload too large for a line, kept in a file of its own: the SHA-256 of its bytes in lower-case hex, and their number. */
export type BlobRef = { blob: string; bytes: number };

/** True for a blob reference: 64 lower-case hex digits and a whole number of bytes, and nothing else. */
export function isBlobRef(value: unknown): value is BlobRef {
  if (typeof value !== "object" || value === null || Object.keys(value).length !== 2) return false;
  const { blob, bytes } = value as { blob?: unknown; bytes?: unknown };
  return (
    typeof blob === "string" && /^[0-9a-f]{64}$/.test(blob) && Number.isSafeInteger(bytes) && (bytes as number) >= 0
  );
}
