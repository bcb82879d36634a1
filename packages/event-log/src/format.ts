/** The numbers and marks of the file format. FORMAT.md says why each is what it is. */

/** No line is longer, its newline not counted. A reader skips a longer one as torn without holding it in memory. */
export const MAX_LINE_BYTES: number = 16 * 1024 * 1024;

/** No batch has more lines. */
export const MAX_BATCH_LINES = 65_536;

/** No batch is longer, in bytes. */
export const MAX_BATCH_BYTES: number = 64 * 1024 * 1024;

/** No event nests deeper, counting the event itself. `JSON.parse` takes a million levels, most that walks the result does not. */
export const MAX_DEPTH = 64;

/** Larger sequence numbers are no sequence numbers: one hostile line must not use up the counter. */
export const MAX_SEQ: number = 2 ** 48;

/** Written in front of the next event when the file does not end with a newline: no line ending in it can decode. */
export const SEAL = "~\n";

/** `prev` of the first line. */
export const NO_HASH: string = "0".repeat(32);

/** Fields that belong to the log; an event handed to `append` has none of them. */
export const LOG_FIELDS: readonly string[] = ["seq", "blob", "batch", "writer", "prev", "crc"];
