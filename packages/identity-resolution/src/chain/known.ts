import { type NativeSessionId, type SessionId } from "@agentlog/types";
import { compareText } from "../text.js";
import { type Evidence, type IdentityMatches, type KnownSession } from "../contract.js";

/** Half a kilobyte is enough to tell what was compared; whole ids of hostile length are not stored with each event. */
const LONGEST_VALUE = 256;

/** One reason. A long value is cut between code points. */
export function toEvidence(kind: string, value?: string): Evidence {
  if (value === undefined) return { kind };
  if (value.length <= LONGEST_VALUE) return { kind, value };
  const cut = value.slice(0, LONGEST_VALUE);
  return { kind, value: cut.replace(/[\uD800-\uDBFF]$/, "") };
}

/** Of two versions of one session, the one to go by: that with the later progress, else whichever comes first as text. */
function newer(a: KnownSession, b: KnownSession): KnownSession {
  if (a === b) return a;
  const byProgress = compareText(b.progress ?? "", a.progress ?? "");
  return (byProgress === 0 ? compareText(JSON.stringify(a), JSON.stringify(b)) : byProgress) <= 0 ? a : b;
}

/** Each session once, by id: no answer may depend on the order or the number of the matches. [ID-1] */
export function distinctSessions(matches: IdentityMatches): readonly KnownSession[] {
  const byId = new Map<SessionId, KnownSession>();
  for (const { session } of matches) {
    const other = byId.get(session.session);
    byId.set(session.session, other === undefined ? session : newer(other, session));
  }
  return [...byId.values()].toSorted((a, b) => compareText(a.session, b.session));
}

export const hasNative = (known: KnownSession, agent: string, native: NativeSessionId): boolean =>
  known.natives.some((binding) => binding.agent === agent && binding.native === native);

export const isOfAgent = (known: KnownSession, agent: string): boolean =>
  known.natives.some((binding) => binding.agent === agent);
