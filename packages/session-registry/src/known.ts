import { type KnownSession } from "@agentlog/identity-resolution";
import { type SessionRecord } from "./contract.js";
import { defined } from "./fields.js";

/** What identity resolution compares of a record. */
export function knownSession(record: SessionRecord): KnownSession {
  const { session, natives, cwd, worktreeRealPath, branchAtStart, created, progress, heads, fingerprints, cleared } =
    record;
  return defined<KnownSession>({
    session,
    natives: natives.map(({ agent, native }) => ({ agent, native })),
    cwd,
    worktreeRealPath,
    branchAtStart,
    created,
    progress,
    lastUuids: record.transcripts.flatMap(({ lastUuid }) => (lastUuid === undefined ? [] : [lastUuid])),
    heads: [...heads, ...record.transcripts.flatMap(({ firstUuid }) => (firstUuid === undefined ? [] : [firstUuid]))],
    fingerprints,
    cleared,
  });
}
