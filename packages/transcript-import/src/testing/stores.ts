import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEventLog, type EventLog, type StoredEvent } from "@agentlog/event-log";
import { deriveSessionId, type SessionId } from "@agentlog/types";
import { onTestFinished } from "vitest";
import { type ImportOptions, importTranscripts } from "../importing/import-transcripts.js";
import { type ImportReport } from "../importing/report.js";

/** A folder that is gone when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "agentlog-import-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A store of session logs in a folder. */
export interface TestStore {
  readonly root: string;
  readonly open: (session: SessionId) => EventLog;
  import(paths: readonly string[], options?: Partial<ImportOptions>): Promise<ImportReport>;
  /** Uses the log of a native session and closes it. */
  withLog<T>(nativeSession: string, use: (log: EventLog) => Promise<T>): Promise<T>;
  /** The events of a native session, in order. */
  events(nativeSession: string): Promise<readonly StoredEvent[]>;
}

export function testStore(root: string = temporaryFolder()): TestStore {
  const open = (session: SessionId): EventLog =>
    openEventLog(join(root, session, "events.jsonl"), { oversize: "spill" });
  const withLog = async <T>(nativeSession: string, use: (log: EventLog) => Promise<T>): Promise<T> => {
    const log = open(deriveSessionId("claude", nativeSession));
    try {
      return await use(log);
    } finally {
      await log.close();
    }
  };
  return {
    root,
    open,
    import: (paths, options) => importTranscripts({ openSessionLog: open, paths, ...options }),
    withLog,
    events: (nativeSession) => withLog(nativeSession, async (log) => (await log.readAll()).events),
  };
}
