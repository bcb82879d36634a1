import { type TranscriptRecord } from "../contract.js";
import { type StoredSighting } from "../events.js";
import { defined } from "../fields.js";
import { MOST_TRANSCRIPTS } from "../limits.js";

type Transcripts = readonly TranscriptRecord[];

/** A record's transcripts after a look at one of them. */
export function foldTranscript(before: Transcripts, { transcript, agent, native }: StoredSighting): Transcripts {
  if (transcript === undefined) return before;
  const known = before.find(({ path }) => path === transcript.path);
  if (known !== undefined && transcript.missing !== true && isOlder(transcript, known)) return before;
  const now = defined<TranscriptRecord>({
    path: transcript.path,
    agent,
    native: native ?? known?.native,
    firstUuid: transcript.firstUuid ?? known?.firstUuid,
    lastUuid: transcript.lastUuid ?? known?.lastUuid,
    size: transcript.size ?? known?.size,
    mtime: transcript.mtime ?? known?.mtime,
    status: transcript.missing === true ? "missing" : "present",
  });
  return boundedTranscripts([...before.filter((one) => one !== known), now]);
}

/** Each path once, in the order of paths, so that the order of imports leaves no trace; of too many the latest stay. */
export function boundedTranscripts(all: Transcripts): Transcripts {
  const byPath = new Map<string, TranscriptRecord>();
  for (const one of all) {
    const other = byPath.get(one.path);
    if (other === undefined || isOlder(other, one)) byPath.set(one.path, one);
  }
  const kept = [...byPath.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  while (kept.length > MOST_TRANSCRIPTS) kept.splice(kept.indexOf(kept.reduce(older)), 1);
  return kept;
}

type Look = Pick<TranscriptRecord, "mtime" | "size">;

/** A transcript is only appended to: of two looks at one time, the longer one is the later. */
function isOlder(a: Look, b: Look): boolean {
  const [atA, atB] = [a.mtime ?? "", b.mtime ?? ""];
  return atA < atB || (atA === atB && (a.size ?? 0) < (b.size ?? 0));
}

function older<T extends Look>(a: T, b: T): T {
  return (b.mtime ?? "") < (a.mtime ?? "") ? b : a;
}
