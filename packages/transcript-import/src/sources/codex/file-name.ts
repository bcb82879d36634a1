import { basename } from "node:path";

/** What a file's name says about its session. */
export interface FileName {
  /** The thread id in `rollout-<time>-<thread>.jsonl`. */
  readonly thread: string | undefined;
  /** The time there as it stands, in nobody knows which zone: good for sorting and nothing else. */
  readonly started: string | undefined;
  /** A name for the session when nothing in the file says one. */
  readonly fallback: string;
}

const ROLLOUT = /^rollout-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d)-(.+)$/;
const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

export function readFileName(path: string): FileName {
  const fallback = basename(path, ".jsonl");
  const [, started, rest] = ROLLOUT.exec(fallback) ?? [];
  return { thread: rest !== undefined && UUID.test(rest) ? rest : undefined, started, fallback };
}
