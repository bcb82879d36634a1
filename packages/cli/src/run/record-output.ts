import { type Readable, type Writable } from "node:stream";
import { type SessionWriter } from "@agentlog/session-writer";
import { writeTo } from "../output.js";
import { createLineSplitter } from "./line-splitter.js";

export type OutputStream = "stdout" | "stderr";

/** So many events may wait for the disk before the child has to wait too. */
const MOST_WAITING = 1_000;

/**
 * Passes a child's stream through unchanged and records its lines. Resolves when the stream has ended and all of it is in
 * the log; rejects never: what could not be recorded is handed to `onFailure`, and the child's output goes on.
 */
export async function recordOutput(options: {
  readonly from: Readable;
  readonly to: Writable;
  readonly stream: OutputStream;
  readonly step: string;
  readonly session: SessionWriter;
  readonly onFailure: (error: unknown) => void;
}): Promise<void> {
  const { from, to, stream, step, session, onFailure } = options;
  const splitter = createLineSplitter();
  const waiting = new Set<Promise<unknown>>();

  const record = (lines: ReturnType<typeof splitter.end>): void => {
    for (const { text, partial } of lines) {
      const appended: Promise<unknown> = session.step
        .output({ step, stream, text, ...(partial ? { partial } : {}) })
        .catch(onFailure)
        .finally(() => waiting.delete(appended));
      waiting.add(appended);
    }
  };

  try {
    for await (const chunk of from as AsyncIterable<Buffer>) {
      await writeTo(to, chunk);
      record(splitter.push(chunk));
      if (waiting.size > MOST_WAITING) await Promise.all(waiting);
    }
  } catch (error) {
    // Destroyed when a signal ended the wait for it: what came until then is recorded.
    if ((error as NodeJS.ErrnoException).code !== "ERR_STREAM_PREMATURE_CLOSE") throw error;
  }
  record(splitter.end());
  await Promise.all(waiting);
}
