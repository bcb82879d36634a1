import { type EntryCell, type RecordCell } from "../layers/layer.js";
import { formatLine } from "./line.js";
import { type KeyFilter } from "./key-filter.js";
import { REMOVED, type SegmentPlan, type TextCell } from "./segment.js";

/** What goes into a segment, each part in its order. */
export interface SegmentContent {
  readonly cells: () => Iterable<RecordCell>;
  readonly texts: () => Iterable<TextCell>;
  readonly indexes: readonly string[];
  readonly entries: (index: string) => Iterable<EntryCell>;
}

const PIECE_CHARACTERS = 256 * 1024;

/** A segment's bytes in pieces; where things are is known when the last was taken. */
export function segmentBytes(
  file: string,
  content: SegmentContent,
  keys: KeyFilter | undefined,
): { readonly pieces: Iterable<Buffer>; readonly plan: () => SegmentPlan } {
  let bytes = 0;
  const ends: { records: number; texts: number; indexes: [string, number][] } = { records: 0, texts: 0, indexes: [] };

  function* section(lines: Iterable<string>): Generator<Buffer> {
    let text = "";
    const take = (): Buffer => {
      const piece = Buffer.from(text);
      bytes += piece.length;
      text = "";
      return piece;
    };
    for (const line of lines) {
      text += line;
      if (text.length >= PIECE_CHARACTERS) yield take();
    }
    if (text !== "") yield take();
  }

  function* pieces(): Generator<Buffer> {
    yield* section(
      map(content.cells(), (cell) => {
        keys?.add(cell.key);
        return recordLine(cell);
      }),
    );
    ends.records = bytes;
    yield* section(map(content.texts(), textLine));
    ends.texts = bytes;
    for (const index of content.indexes) {
      yield* section(map(content.entries(index), entryLine));
      ends.indexes.push([index, bytes]);
    }
  }

  const plan = (): SegmentPlan => {
    let start = ends.texts;
    const indexes = ends.indexes.map(([index, end]) => {
      const place = { start, end };
      start = end;
      return [index, place] as const;
    });
    return {
      file,
      bytes,
      records: { start: 0, end: ends.records },
      texts: { start: ends.records, end: ends.texts },
      indexes: Object.fromEntries(indexes),
    };
  };
  return { pieces: pieces(), plan };
}

function recordLine({ key, json, indexes }: RecordCell): string {
  return formatLine(
    json === undefined ? [JSON.stringify(key), REMOVED] : [JSON.stringify(key), json, JSON.stringify(indexes)],
  );
}

function textLine({ key, words, removed }: TextCell): string {
  return formatLine(removed ? [JSON.stringify(key), "", REMOVED] : [JSON.stringify(key), words]);
}

function entryLine({ value, key, removed }: EntryCell): string {
  const fields = [JSON.stringify(value), JSON.stringify(key)];
  return formatLine(removed ? [...fields, REMOVED] : fields);
}

function* map<From, To>(items: Iterable<From>, change: (item: From) => To): Generator<To> {
  for (const item of items) yield change(item);
}
