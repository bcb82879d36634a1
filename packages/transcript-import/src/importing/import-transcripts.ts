import { type SessionRegistry } from "@agentlog/session-registry";
import { type TranscriptSource } from "../source.js";
import { transcriptSources } from "../sources/index.js";
import { discoverAll, type Reading } from "./discover-all.js";
import { type FileImport, importFile } from "./import-file.js";
import { createOpenSessions } from "./open-sessions.js";
import { createRegistering } from "./registering.js";
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
  /** Told of every session that is met, so that it is found at once. Default: nobody. */
  readonly registry?: SessionRegistry;
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
  const { candidates, skipped } = await discoverAll(sources, { paths, env }, signal);
  for (const one of skipped) tally.skip(one);
  const totalBytes = candidates.reduce((sum, { bytes }) => sum + bytes, 0);
  const sessions = createOpenSessions(openSessionLog, dryRun);
  const { registry } = options;
  const registering =
    registry === undefined || dryRun
      ? undefined
      : createRegistering(registry, openSessionLog, () => new Date().toISOString());
  let before = 0;
  try {
    for (const [index, { path, bytes: size, readings }] of candidates.entries()) {
      signal?.throwIfAborted();
      const progress = { file: path, fileNumber: index + 1, files: candidates.length, totalBytes };
      const onBytes = (bytes: number): void =>
        options.onProgress?.({ ...progress, bytes: before + Math.min(bytes, size) });
      onBytes(0);
      const task = { sessions, registering, tally, signal, onBytes };
      if (!(await importAsFirst(task, readings))) tally.skip({ path, reason: "no-transcript" });
      onBytes(size);
      before += size;
    }
  } finally {
    await sessions.close();
  }
  await registering?.finish();
  return tally.report(sessions);
}

/** Hands a file to one source after another until one knows it; false when none does. */
async function importAsFirst(
  task: Omit<FileImport, "source" | "file">,
  readings: readonly Reading[],
): Promise<boolean> {
  for (const reading of readings) if ((await importFile({ ...task, ...reading })) === "imported") return true;
  return false;
}
