import { basename, dirname } from "node:path";

/** What the place of a file says about the records in it. */
export interface FileName {
  /** The session its name stands for, when the name is a session's: `<uuid>.jsonl`, `<session>/subagents/agent-<id>.jsonl`. */
  readonly session: string | undefined;
  /** A name for its session when neither its name nor its records say one. */
  readonly fallback: string;
  /** The sub-agent whose file it is. */
  readonly agentId: string | undefined;
}

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const AGENT = /^agent-(.+)$/;

/** Names that archives give to every transcript, so that only the folder tells them apart. */
const ARCHIVE_NAMES: ReadonlySet<string> = new Set(["full", "transcript", "session", "conversation", "chat", "log"]);

export function readFileName(path: string): FileName {
  const stem = basename(path, ".jsonl");
  const agentId = AGENT.exec(stem)?.[1];
  const parts = path.split(/[\\/]/);
  const subagents = parts.lastIndexOf("subagents");
  const parent = agentId !== undefined && subagents > 0 ? parts[subagents - 1] : undefined;
  return { session: parent ?? (UUID.test(stem) ? stem : undefined), fallback: fallbackName(path, stem), agentId };
}

function fallbackName(path: string, stem: string): string {
  const folder = dirname(path);
  if (!ARCHIVE_NAMES.has(stem) || basename(folder) === "") return stem;
  // Archives number the parts of one thing: the number alone would be everybody's.
  const name = basename(folder);
  return /^\d+$/.test(name) ? `${basename(dirname(folder))}/${name}` : name;
}
