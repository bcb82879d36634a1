import { isAgentlogError } from "@agentlog/types";
import { type FoundFile, type TranscriptSource } from "../source.js";
import { type OpenSessions } from "./open-sessions.js";
import { type FileRegistering, type Registering } from "./registering.js";
import { type FileTally, type Tally } from "./report.js";

export interface FileImport {
  readonly source: TranscriptSource;
  readonly file: FoundFile;
  readonly sessions: OpenSessions;
  /** Absent: nobody is told. */
  readonly registering: Registering | undefined;
  readonly tally: Tally;
  readonly signal: AbortSignal | undefined;
  /** Called as the file is read, with the bytes done. */
  readonly onBytes: (bytes: number) => void;
}

const BYTES_PER_REPORT = 1024 * 1024;

/**
 * Imports one file, unless it is none of this source's. A file that cannot be read, or whose log cannot be had, is reported and
 * does not end the import.
 */
export async function importFile(task: FileImport): Promise<"imported" | "foreign"> {
  const { source, file, sessions, tally } = task;
  const counts = tally.file(file, source.agent);
  const registering = await task.registering?.file(source.agent, file);
  let unfinished = false;
  try {
    const outcome = await transfer(task, counts, registering);
    if (outcome === "foreign") return "foreign";
    unfinished = outcome === "unfinished";
  } catch (error) {
    await sessions.drop();
    if (!concernsOneFile(error)) throw error;
    counts.end({ unfinished, error: error.message });
    // What was read of it is in the logs.
    await registering?.finish();
    return "imported";
  }
  counts.end({ unfinished });
  return "imported";
}

async function transfer(
  task: FileImport,
  counts: FileTally,
  registering: FileRegistering | undefined,
): Promise<"whole" | "unfinished" | "foreign"> {
  const { source, file, sessions, signal, onBytes } = task;
  let outcome: "whole" | "unfinished" = "whole";
  let reported = 0;
  for await (const step of source.read(file, { signal })) {
    const { line, offset, end } = step;
    switch (step.kind) {
      case "foreign":
        return "foreign";
      case "unfinished":
        outcome = "unfinished";
        break;
      case "bad":
        counts.bad({ line, offset, reason: step.reason });
        break;
      case "record": {
        const sink = await sessions.sink(step.session);
        counts.nativeSession(step.nativeSession);
        registering?.add(step);
        const share = (end - offset) / Math.max(step.events.length, 1);
        for (const event of step.events) {
          counts.event(event);
          const alsoKnownAs = step.alsoKnownAs?.get(event.id);
          await sink.add({ event, alsoKnownAs, line, offset, tally: counts }, share);
        }
        break;
      }
    }
    if (end - reported >= BYTES_PER_REPORT) {
      reported = end;
      signal?.throwIfAborted();
      onBytes(end);
    }
  }
  await sessions.flush();
  await registering?.finish();
  return outcome;
}

/** Errors of the file itself, or of its session's log alone; a full disk or a broken store would meet every other file too. */
function concernsOneFile(error: unknown): error is Error {
  if (isAgentlogError(error)) {
    return ["LOCK_TIMEOUT", "LOCK_LOST", "NOT_A_LOG", "LOG_REPLACED", "UNSAFE_PATH"].includes(error.code);
  }
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code !== undefined && READ_ERRORS.has(code);
}

// Raw errors come from reading: a log wraps what the system tells it.
const READ_ERRORS: ReadonlySet<string> = new Set([
  "EACCES",
  "EPERM",
  "ENOENT",
  "ELOOP",
  "EIO",
  "EISDIR",
  "ENXIO",
  "ENOTDIR",
  "ESTALE",
  "EBUSY",
]);
