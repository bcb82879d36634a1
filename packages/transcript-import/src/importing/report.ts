import { isKnownEventType, type NativeSessionId, type SessionId } from "@agentlog/types";
import { type SkippedPath } from "../files/search.js";
import { type FoundFile, type ImportedEvent } from "../source.js";

/** A line that could not be used. */
export interface BadLine {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  /** Byte offset in the file. */
  readonly offset: number;
  readonly reason: string;
}

/** What became of one transcript. */
export interface FileReport {
  readonly path: string;
  readonly agent: string;
  readonly bytes: number;
  /** The native sessions its records say they belong to. More than one is unusual: each got its own. */
  readonly nativeSessions: readonly NativeSessionId[];
  readonly events: number;
  readonly added: number;
  readonly alreadyThere: number;
  readonly badLines: number;
  /** True when its last line was left for a later import, because it has no end yet. */
  readonly unfinished: boolean;
  /** Why the rest of it could not be read or stored. */
  readonly error?: string;
}

/** What an import did. In a dry run: what it would do. */
export interface ImportReport {
  /** Transcripts that were read. */
  readonly files: number;
  /** Sessions they have records of. */
  readonly sessions: number;
  /** Those of them that were not in the store before. */
  readonly newSessions: number;
  /** Events made from the records: `added` + `alreadyThere` + those that the log refused. */
  readonly events: number;
  readonly added: number;
  readonly alreadyThere: number;
  /** The first 100. */
  readonly badLines: readonly BadLine[];
  readonly badLineCount: number;
  /** Events of types outside the vocabulary, such as `claude.ai-title`, by type. */
  readonly unmapped: Readonly<Record<string, number>>;
  /** Files whose records belong to more than one session, though they are no container of many. */
  readonly filesWithSeveralSessions: number;
  /** Files that could not be read or stored to their end; their `error` says why. */
  readonly failedFiles: number;
  /** Paths that were found and left alone, and those that were named and hold nothing; each once, with its first reason. */
  readonly skipped: readonly SkippedPath[];
  readonly perFile: readonly FileReport[];
}

/** Counts for one file. */
export interface FileTally {
  readonly counts: { events: number; added: number; alreadyThere: number; badLines: number };
  event(event: ImportedEvent): void;
  nativeSession(id: NativeSessionId): void;
  bad(line: Omit<BadLine, "file">): void;
  /** Ends the file's part of the report. */
  end(outcome: { readonly unfinished: boolean; readonly error?: string }): void;
}

/** Collects a report. */
export interface Tally {
  file(file: FoundFile, agent: string): FileTally;
  skip(skipped: SkippedPath): void;
  report(sessions: { readonly all: ReadonlySet<SessionId>; readonly fresh: ReadonlySet<SessionId> }): ImportReport;
}

/** A damaged file may have millions of bad lines; a hundred show what is wrong with it. */
const MOST_BAD_LINES = 100;

export function createTally(): Tally {
  const perFile: FileReport[] = [];
  // By path: every source names what it left alone.
  const skipped = new Map<string, SkippedPath>();
  const badLines: BadLine[] = [];
  const unmapped = new Map<string, number>();
  const sum = (field: "events" | "added" | "alreadyThere" | "badLines"): number =>
    perFile.reduce((total, file) => total + file[field], 0);

  let filesWithSeveralSessions = 0;

  const file = ({ path, bytes, holds }: FoundFile, agent: string): FileTally => {
    const counts = { events: 0, added: 0, alreadyThere: 0, badLines: 0 };
    const nativeSessions = new Set<NativeSessionId>();
    return {
      counts,
      event: ({ type }) => {
        counts.events += 1;
        if (!isKnownEventType(type)) unmapped.set(type, (unmapped.get(type) ?? 0) + 1);
      },
      nativeSession: (id) => nativeSessions.add(id),
      bad: (line) => {
        counts.badLines += 1;
        if (badLines.length < MOST_BAD_LINES) badLines.push({ file: path, ...line });
      },
      end: (outcome) => {
        if (nativeSessions.size > 1 && holds === undefined) filesWithSeveralSessions += 1;
        perFile.push({ path, agent, bytes, nativeSessions: [...nativeSessions], ...counts, ...outcome });
      },
    };
  };

  return {
    file,
    skip: (one) => {
      if (!skipped.has(one.path)) skipped.set(one.path, one);
    },
    report: ({ all, fresh }) => ({
      files: perFile.length,
      sessions: all.size,
      newSessions: fresh.size,
      events: sum("events"),
      added: sum("added"),
      alreadyThere: sum("alreadyThere"),
      badLines,
      badLineCount: sum("badLines"),
      unmapped: Object.fromEntries([...unmapped].toSorted(([a], [b]) => (a < b ? -1 : 1))),
      filesWithSeveralSessions,
      failedFiles: perFile.filter(({ error }) => error !== undefined).length,
      skipped: [...skipped.values()],
      perFile,
    }),
  };
}
