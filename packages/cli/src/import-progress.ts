import { type ImportProgress } from "@agentlog/transcript-import";
import progress from "cli-progress";
import { type Io } from "./io.js";
import { type GlobalOptions } from "./output.js";

/** A bar on a terminal's stderr; nothing elsewhere. */
export interface Progress {
  update(progress: ImportProgress): void;
  /** Takes the bar away. */
  stop(): void;
}

export function createProgress(io: Io, options: GlobalOptions): Progress {
  if (!io.stderr.isTTY || options.quiet === true || options.json === true) return { update: () => {}, stop: () => {} };
  const bar = new progress.SingleBar({
    stream: io.stderr,
    format: "importing {bar} {percentage}% | file {file} of {files}",
    hideCursor: true,
    clearOnComplete: true,
  });
  let started = false;
  return {
    update: ({ bytes, totalBytes, fileNumber, files }) => {
      if (!started) bar.start(Math.max(1, totalBytes), 0, { file: fileNumber, files });
      started = true;
      bar.update(bytes, { file: fileNumber, files });
    },
    stop: () => {
      if (started) bar.stop();
      started = false;
    },
  };
}
