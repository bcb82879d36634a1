import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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
  /** Uses the log of a native session and closes it. `agent`: default `claude`. */
  withLog<T>(nativeSession: string, use: (log: EventLog) => Promise<T>, agent?: string): Promise<T>;
  /** The events of a native session, in order. */
  events(nativeSession: string, agent?: string): Promise<readonly StoredEvent[]>;
}

export function testStore(root: string = temporaryFolder()): TestStore {
  const open = (session: SessionId): EventLog =>
    openEventLog(join(root, session, "events.jsonl"), { oversize: "spill" });
  const withLog: TestStore["withLog"] = async (nativeSession, use, agent = "claude") => {
    const log = open(deriveSessionId(agent, nativeSession));
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
    events: (nativeSession, agent) => withLog(nativeSession, async (log) => (await log.readAll()).events, agent),
  };
}

/** What two logs of the same must share: all but a log's own marks, and where the transcript was. */
export function ownFields(events: readonly StoredEvent[], path: string): readonly object[] {
  return events.map((event) => {
    const { writer: _w, prev: _p, crc: _c, batch: _b, ...own } = event;
    return JSON.parse(JSON.stringify(own).replaceAll(path, "FILE")) as object;
  });
}

/** Writes small files below a folder, with what no agent's file holds. */
export function writeFiles(folder: string, ...names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(join(folder, dirname(name)), { recursive: true });
    writeFileSync(join(folder, name), "{}\n");
  }
}
