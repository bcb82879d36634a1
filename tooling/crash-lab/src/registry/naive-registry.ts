import fs from "node:fs";
import path from "node:path";
import { newSessionId } from "@agentlog/types";

/** A registry as one writes it first: one file, read, changed and written in place by everybody. */
export interface NaiveRegistry {
  readonly sessions: Readonly<Record<string, string>>;
  readonly operations: readonly string[];
}

const EMPTY: NaiveRegistry = { sessions: {}, operations: [] };

export function readNaively(root: string): NaiveRegistry {
  const file = path.join(root, "registry.json");
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as NaiveRegistry) : EMPTY;
}

/** The session of a native session, which is made when nobody knows it. */
export function seeNaively(root: string, native: string, time: string, beforeWrite: () => void): string {
  const { sessions, operations } = readNaively(root);
  const session = sessions[native] ?? newSessionId();
  beforeWrite();
  const next: NaiveRegistry = { sessions: { ...sessions, [native]: session }, operations: [...operations, time] };
  fs.writeFileSync(path.join(root, "registry.json"), JSON.stringify(next));
  return session;
}
