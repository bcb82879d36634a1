import { randomBytes } from "node:crypto";
import { hashLine, lineBytes, writeLine } from "./line.js";
import { type LogPosition } from "./acceptance.js";
import { SEAL } from "./format.js";
import { type PendingEvent } from "./pending.js";

/** One write: the bytes, and how to tell later which of its lines were accepted. */
export interface EncodedBatch {
  readonly bytes: Buffer;
  /** Where the log stands if the batch is accepted. */
  readonly position: LogPosition;
  /** The `writer` field of the first line: this writer's name, and where it meant the line to be. No other line has it. */
  readonly writer: string;
  readonly firstSeq: number;
}

/** Turns events into the lines of one batch. */
export interface Encoder {
  /** @param at the offset in the file where the bytes are meant to begin */
  encode(events: readonly PendingEvent[], after: LogPosition, at: number, seal: boolean): EncodedBatch;
}

/** The longest head that the log's own fields add to an event: seq, batch, writer and prev. */
export const OWN_FIELDS_BYTES = 192;

export function createEncoder(): Encoder {
  // Made at the first append: a program that only reads does not load `crypto`.
  let name: string | undefined;
  let buffer = Buffer.allocUnsafe(0);

  const reserve = (events: readonly PendingEvent[]): void => {
    let needed = SEAL.length;
    for (const event of events) needed += lineBytes(event.bytes + OWN_FIELDS_BYTES);
    if (buffer.length < needed) buffer = Buffer.allocUnsafe(Math.max(needed, 4096));
    // One large batch must not hold its memory for ever.
    else if (buffer.length > 1_048_576 && needed < 65_536) buffer = Buffer.allocUnsafe(65_536);
  };

  return {
    encode: (events, after, at, seal) => {
      reserve(events);
      const count = events.length;
      const firstSeq = after.seq + 1;
      let { hash } = after;
      let end = seal ? buffer.write(SEAL, 0, "latin1") : 0;
      name ??= randomBytes(6).toString("hex");
      const writer = `${name}.${at + end}`;
      for (let index = 0; index < count; index++) {
        const batch = count > 1 ? `,"batch":[${index},${count}]` : "";
        const head = `{"seq":${firstSeq + index},${events[index]!.body}${batch},"writer":"${name}.${at + end}","prev":"${hash}"`;
        const lineEnd = writeLine(buffer, end, head);
        hash = hashLine(buffer.subarray(end, lineEnd));
        end = lineEnd + 1;
      }
      return { bytes: buffer.subarray(0, end), position: { seq: after.seq + count, hash }, writer, firstSeq };
    },
  };
}
