import fs from "node:fs";
import { type Disk, openPrivateFile } from "@agentlog/durable-fs";
import { isAgentlogError } from "@agentlog/types";
import { hasWords, type EntryCell, type Layer, type RecordCell } from "../layers/layer.js";
import { type IndexValue } from "../store.js";
import { damaged } from "./damage.js";
import { type KeyFilter } from "./key-filter.js";
import { parseLine } from "./line.js";
import { createSection, type Section, type SectionPlace } from "./section.js";

/** Where things are in a segment: a file of sorted lines that is never changed. */
export interface SegmentPlan {
  /** Its name in the model's folder. */
  readonly file: string;
  readonly bytes: number;
  readonly records: SectionPlace;
  /** The records' words; empty where nothing is searched. */
  readonly texts: SectionPlace;
  readonly indexes: Readonly<Record<string, SectionPlace>>;
}

/** What one layer says of a record's words. */
export interface TextCell {
  readonly key: string;
  readonly words: string;
  readonly removed: boolean;
}

/** An open segment. Its record cells come without their words: those are in `texts`. */
export interface Segment extends Layer {
  readonly plan: SegmentPlan;
  texts(): Iterator<TextCell>;
  close(): void;
}

/** Written in the place of a record, or behind an entry, that was removed. */
export const REMOVED = "-";

/** Opens a segment; undefined when its file is gone. Throws when it is not the file that was written. */
export function openSegment(
  disk: Disk,
  path: string,
  plan: SegmentPlan,
  keys: KeyFilter | undefined,
): Segment | undefined {
  const fd = openExisting(disk, path);
  if (fd === undefined) return undefined;
  let isOpen = true;
  const close = (): void => {
    // Twice would close whatever file has got the number since.
    if (isOpen) disk.closeSync(fd);
    isOpen = false;
  };
  if (disk.fstatSync(fd).size !== plan.bytes) {
    close();
    throw damaged(path);
  }
  const section = (place: SectionPlace): Section => createSection(disk, fd, path, place);
  const [records, texts] = [section(plan.records), section(plan.texts)];
  const parsed = (json: string): unknown => {
    try {
      return JSON.parse(json);
    } catch {
      throw damaged(path);
    }
  };
  const keyOf = (line: Buffer): string => parsed(parseLine(line, path)[0]!) as string;

  const toCell = (line: Buffer): RecordCell => {
    const [key = "", json = "", indexes = ""] = parseLine(line, path);
    if (json === REMOVED) return { key: parsed(key) as string, json: undefined, indexes: {}, words: "" };
    return { key: parsed(key) as string, json, indexes: parsed(indexes) as Record<string, IndexValue[]>, words: "" };
  };

  const toEntry = (line: Buffer): EntryCell => {
    const [value = "", key = "", removed] = parseLine(line, path);
    return { value: parsed(value) as IndexValue, key: parsed(key) as string, removed: removed === REMOVED };
  };

  const toText = (line: Buffer): TextCell => {
    const [key = "", words = "", removed] = parseLine(line, path);
    return { key: parsed(key) as string, words, removed: removed === REMOVED };
  };

  const seekKey = (own: Section, after: string | undefined, place: SectionPlace): number =>
    after === undefined ? place.start : own.seek((line) => keyOf(line) <= after);

  return {
    plan,
    close,
    cell: (key) => {
      if (keys?.mayHave(key) === false) return undefined;
      const from = records.seek((line) => keyOf(line) < key);
      for (const line of records.forward(from)) {
        const cell = toCell(line);
        return cell.key === key ? cell : undefined;
      }
      return undefined;
    },
    *cells(after) {
      for (const line of records.forward(seekKey(records, after, plan.records))) yield toCell(line);
    },
    *entries(index, { isBefore, isBehind }, reverse) {
      if (!Object.hasOwn(plan.indexes, index)) return;
      const own = section(plan.indexes[index]!);
      const lines = reverse
        ? own.backward(own.seek((line) => !isBehind(toEntry(line))))
        : own.forward(own.seek((line) => isBefore(toEntry(line))));
      for (const line of lines) {
        const entry = toEntry(line);
        if (reverse ? isBefore(entry) : isBehind(entry)) return;
        yield entry;
      }
    },
    *hits(words, after) {
      // The rarest is most likely the longest: bytes are searched for it, and only lines that have it are looked at.
      const longest = words.reduce((a, b) => (b.length > a.length ? b : a), "");
      const needle = Buffer.from(` ${longest}`);
      for (const piece of texts.pieces(seekKey(texts, after, plan.texts))) {
        for (let at = piece.indexOf(needle); at !== -1;) {
          const from = piece.lastIndexOf("\n", at) + 1;
          const end = piece.indexOf("\n", at);
          const text = toText(piece.subarray(from, end));
          if (!text.removed && hasWords(text.words, words)) yield text.key;
          at = piece.indexOf(needle, end);
        }
      }
    },
    *texts() {
      for (const line of texts.forward(plan.texts.start)) yield toText(line);
    },
  };
}

function openExisting(disk: Disk, path: string): number | undefined {
  try {
    return openPrivateFile(path, { flags: fs.constants.O_RDONLY, disk, allowHardLinks: true });
  } catch (error) {
    if (isAgentlogError(error, "IO_ERROR") && error.errno === "ENOENT") return undefined;
    throw error;
  }
}
