import { type FoundFile, type TranscriptSource } from "../source.js";
import { transcriptSources } from "../sources/index.js";
import { importFile } from "./import-file.js";
import { createOpenSessions } from "./open-sessions.js";
import { createTally, type ImportReport } from "./report.js";
import { type OpenSessionLog } from "./session-log.js";

/** How far an import is. */
export interface ImportProgress {
  /** The file being read, and which of how many it is, from 1. */
  readonly file: string;
  readonly fileNumber: number;
  readonly files: number;
  readonly bytes: number;
  readonly totalBytes: number;
}

export interface ImportOptions {
  /** Opens the log of a session in the store; each is closed again. */
  readonly openSessionLog: OpenSessionLog;
  /** Default: all there are. */
  readonly sources?: readonly TranscriptSource[];
  /** Files, and folders to search, instead of where the agents keep their transcripts. */
  readonly paths?: readonly string[];
  /** Says what would be added and adds nothing. Default false. */
  readonly dryRun?: boolean;
  /** Default: `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Called at the start and the end of each file, and at each MiB. */
  readonly onProgress?: (progress: ImportProgress) => void;
  /** Stops the import, which then rejects with the signal's reason. What was added stays; the next import goes on from there. */
  readonly signal?: AbortSignal;
}

/**
 * Imports transcripts into the sessions they belong to. Only what the logs do not have yet is added, so it may be called
 * again at any time: after a crash, after a transcript has grown, while another import runs. The transcripts are only read.
 */
export async function importTranscripts(options: ImportOptions): Promise<ImportReport> {
  const { openSessionLog, sources = transcriptSources, paths, dryRun = false, env = process.env, signal } = options;
  const tally = createTally();
  const found: { readonly source: TranscriptSource; readonly file: FoundFile }[] = [];
  for (const source of sources) {
    signal?.throwIfAborted();
    const { files, skipped } = await source.discover({ paths, env });
    for (const one of skipped) tally.skip(one);
    for (const file of files) found.push({ source, file });
  }

  const totalBytes = found.reduce((sum, { file }) => sum + file.bytes, 0);
  const sessions = createOpenSessions(openSessionLog, dryRun);
  let before = 0;
  try {
    for (const [index, { source, file }] of found.entries()) {
      signal?.throwIfAborted();
      const progress = { file: file.path, fileNumber: index + 1, files: found.length, totalBytes };
      const onBytes = (bytes: number): void =>
        options.onProgress?.({ ...progress, bytes: before + Math.min(bytes, file.bytes) });
      onBytes(0);
      await importFile({ source, file, sessions, tally, signal, onBytes });
      before += file.bytes;
    }
  } finally {
    await sessions.close();
  }
  return tally.report(sessions);
}
