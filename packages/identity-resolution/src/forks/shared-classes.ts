import { toTime } from "../time.js";
import { type ForkMember } from "./contract.js";
import { type Lineage } from "./lineages.js";

/** Records that are in exactly the same sessions. */
export type SharedClass = {
  /** Positions of these sessions in the list of lineages, ascending. */
  readonly holders: readonly number[];
  /** Sessions that the records name as their origin, -1 for those that are not in the list. */
  readonly origins: ReadonlySet<number>;
  readonly uuids: number;
  /** The latest time of its records. */
  readonly lastTime: number | undefined;
  /** Its smallest record key: tells classes apart in the same way for any order of input. */
  readonly name: string;
};

/** The class of a member's record. */
export type ClassOf = (member: ForkMember, uuid: string) => SharedClass;

/** A list of holders that grows as sessions are gone through; lists with the same beginning share it. */
type Holders = { readonly last: number; readonly before: Holders | undefined; readonly further: Map<number, Holders> };

const toHolders = (last: number, before: Holders | undefined): Holders => ({ last, before, further: new Map() });

function add(holders: Holders, holder: number): Holders {
  if (holders.last === holder) return holders;
  const known = holders.further.get(holder);
  if (known !== undefined) return known;
  const longer = toHolders(holder, holders);
  holders.further.set(holder, longer);
  return longer;
}

function listHolders(holders: Holders): readonly number[] {
  const list: number[] = [];
  for (let at = holders; at.before !== undefined; at = at.before) list.push(at.last);
  return list.toReversed();
}

/** An id that is unique with its agent's name, as one string. */
export const keyOf = (agent: string, id: string): string => JSON.stringify([agent, id]);

/** Which sessions hold which records: each record of each session is visited once, no two sessions are compared. */
function findHolders(lineages: readonly Lineage[]): ReadonlyMap<string, Holders> {
  const none = toHolders(-1, undefined);
  const found = new Map<string, Holders>();
  for (const [holder, { members }] of lineages.entries()) {
    for (const { agent, records } of members) {
      for (const { uuid } of records) {
        const key = keyOf(agent, uuid);
        found.set(key, add(found.get(key) ?? none, holder));
      }
    }
  }
  return found;
}

type Building = { -readonly [Field in keyof SharedClass]: SharedClass[Field] } & { readonly origins: Set<number> };

/** Sorts the records of all sessions into classes. */
export function findClasses(lineages: readonly Lineage[]): ClassOf {
  const holders = findHolders(lineages);
  const classes = new Map<Holders, Building>();
  for (const [key, of] of holders) {
    const known = classes.get(of);
    if (known === undefined) {
      classes.set(of, { holders: listHolders(of), origins: new Set(), uuids: 1, lastTime: undefined, name: key });
      continue;
    }
    known.uuids++;
    if (key < known.name) known.name = key;
  }
  const classOf = (member: ForkMember, uuid: string): Building => classes.get(holders.get(keyOf(member.agent, uuid))!)!;

  const natives = new Map(
    lineages.flatMap(({ members }, holder) =>
      members.map(({ agent, native }): [string, number] => [keyOf(agent, native), holder]),
    ),
  );
  for (const member of lineages.flatMap(({ members }) => members)) {
    for (const { uuid, time, sessionOfOrigin } of member.records) {
      const found = classOf(member, uuid);
      const at = toTime(time);
      if (at !== undefined && (found.lastTime ?? at) <= at) found.lastTime = at;
      if (sessionOfOrigin !== undefined) found.origins.add(natives.get(keyOf(member.agent, sessionOfOrigin)) ?? -1);
    }
  }
  return classOf;
}
