import { type SessionId } from "@agentlog/types";
import { compareText } from "../text.js";
import { toTime } from "../time.js";
import { type ForkMember } from "./contract.js";

/** One session with all its native ones, which never come from each other. */
export type Lineage = {
  readonly session: SessionId;
  readonly members: readonly ForkMember[];
  /** When the first of its files was made. */
  readonly bornAt: number | undefined;
};

const byName = (a: ForkMember, b: ForkMember): number =>
  compareText(a.agent, b.agent) || compareText(a.native, b.native);

const least = (times: readonly (number | undefined)[]): number | undefined => {
  const known = times.filter((time) => time !== undefined);
  return known.length === 0 ? undefined : known.reduce((a, b) => Math.min(a, b));
};

/** In the order of their ids, so that all that follows is the same for any order of the members. */
export function toLineages(members: readonly ForkMember[]): readonly Lineage[] {
  const bySession = new Map<SessionId, ForkMember[]>();
  for (const member of members) {
    const others = bySession.get(member.session);
    if (others === undefined) bySession.set(member.session, [member]);
    else others.push(member);
  }
  return [...bySession]
    .toSorted(([a], [b]) => compareText(a, b))
    .map(([session, own]) => ({
      session,
      members: own.toSorted(byName),
      bornAt: least(own.map(({ bornAt }) => toTime(bornAt))),
    }));
}
