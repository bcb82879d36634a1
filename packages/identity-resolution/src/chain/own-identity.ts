import { deriveSessionId, isSessionId, type SessionId, type Sighting } from "@agentlog/types";
import { type Evidence, type KnownSession } from "../contract.js";
import { hasNative, toEvidence } from "./known.js";

/** The session that a sighting is, whoever it comes from. */
export type OwnIdentity = {
  readonly session: SessionId;
  readonly source: "exact" | "explicit" | "minted";
  readonly evidence: readonly Evidence[];
  /** What is known of it, where its native id is bound to it. */
  readonly known?: KnownSession;
};

/** An id for a sighting that names no session at all: the same for the same sighting. */
function deriveUnnamed({ agent, at, created, cwd, prompt, transcript, hook }: Sighting): SessionId {
  const facts = [transcript?.path, transcript?.firstUuid, hook?.process, cwd, prompt, created ?? at];
  return deriveSessionId(agent, `\u0000unnamed ${JSON.stringify(facts.map((fact) => fact ?? null))}`);
}

/** Derived, never random, so that two processes that see one session at once give it one id. [ID-3] */
export function mintSession(sighting: Sighting): SessionId {
  const { agent, native, log } = sighting;
  if (native) return deriveSessionId(agent, native);
  return log !== undefined && isSessionId(log) ? log : deriveUnnamed(sighting);
}

/** A writer's word first, then a native id that is bound, then the id that its native id gives. */
export function ownIdentity(sighting: Sighting, sessions: readonly KnownSession[]): OwnIdentity {
  const { agent, native } = sighting;
  const bound = native ? sessions.find((known) => hasNative(known, agent, native)) : undefined;
  const given = sighting.session !== undefined && isSessionId(sighting.session) ? sighting.session : undefined;
  if (given !== undefined && given !== bound?.session) {
    return { session: given, source: "explicit", evidence: [toEvidence("given-session", given)] };
  }
  if (bound !== undefined) {
    return { session: bound.session, source: "exact", evidence: [toEvidence("native-id", native)], known: bound };
  }
  return { session: mintSession(sighting), source: "minted", evidence: [] };
}
