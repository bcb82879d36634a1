import { crc32 } from "node:zlib";
import { damaged } from "./damage.js";

const TAB = 0x09;
/** The tab and 8 hex digits. */
const CRC_BYTES = 9;

/**
 * A line of fields, none of them with a tab or a newline (JSON has neither unescaped), and the crc of what is before it.
 * The first fields are what the lines are sorted by.
 */
export function formatLine(fields: readonly string[]): string {
  const text = fields.join("\t");
  return `${text}\t${formatCrc(crc32(text))}\n`;
}

/** The fields of a line, without its newline. Throws when it is not as it was written. */
export function parseLine(line: Buffer, path: string): readonly string[] {
  const end = line.length - CRC_BYTES;
  const isSound =
    end > 0 && line[end] === TAB && line.toString("latin1", end + 1) === formatCrc(crc32(line.subarray(0, end)));
  if (!isSound) throw damaged(path);
  return line.toString("utf8", 0, end).split("\t");
}

function formatCrc(crc: number): string {
  return crc.toString(16).padStart(8, "0");
}
