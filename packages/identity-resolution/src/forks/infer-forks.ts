import { compareText } from "../text.js";
import { type ForkMember, type InferredFork } from "./contract.js";
import { createForest, type Forest } from "./forest.js";
import { toLineages } from "./lineages.js";
import { compareSeniority, findReason, findStandings, type Reason, type Standing } from "./seniority.js";
import { findClasses, type SharedClass } from "./shared-classes.js";

/** The sessions that hold the same records, the one in which they were made first. */
type Contest = { readonly of: SharedClass; readonly ranked: readonly Standing[]; readonly decided: boolean };

/**
 * The smallest groups first: what few share is the end of a longer common history, and that one counts. Among equal ones what
 * is certain goes before what is guessed, and the longer before the shorter.
 */
const compareContests = (a: Contest, b: Contest): number =>
  a.ranked.length - b.ranked.length ||
  Number(b.decided) - Number(a.decided) ||
  b.of.uuids - a.of.uuids ||
  compareText(a.of.name, b.of.name);

/** Named as origin without holding the records any more: it was cut short. */
const absentOrigin = (position: number): Standing => ({
  reasons: new Set<Reason>(["explicit-origin"]),
  nextTime: undefined,
  bornAt: undefined,
  position,
});

function toContest(of: SharedClass, holders: readonly Standing[]): Contest {
  const origins = [...of.origins].filter((origin) => origin >= 0 && !of.holders.includes(origin));
  const ranked = [...holders, ...origins.map(absentOrigin)].toSorted(compareSeniority);
  const [first, second] = ranked;
  const decided = first !== undefined && second !== undefined && findReason(first, second) !== undefined;
  return { of, ranked, decided };
}

type Won = { readonly child: number; readonly reason: Reason | undefined };

/** Hangs the other trees of a group under its oldest session. What is already in one tree stays as it is. */
function settle({ ranked }: Contest, forest: Forest): readonly Won[] {
  const present = new Set(ranked.map(({ position }) => position));
  const eldest = new Map<number, Standing>();
  for (const standing of ranked) {
    const tree = forest.treeOf(standing.position);
    const known = eldest.get(tree);
    // A tree's root stands for it, when it is here: the others in it have a parent already.
    if (known === undefined || forest.parentOf(standing.position) === undefined) eldest.set(tree, standing);
  }
  // A fork has one parent. Who has it elsewhere did not copy these records as well: they were made there.
  const trees = [...eldest.values()].map((standing) => ({
    standing,
    rooted: present.has(forest.treeOf(standing.position)),
  }));
  const [winner, ...losers] = trees.toSorted(
    (a, b) => Number(a.rooted) - Number(b.rooted) || compareSeniority(a.standing, b.standing),
  );
  if (winner === undefined) return [];
  return losers.flatMap(({ standing, rooted }): Won[] => {
    if (!rooted) return [];
    forest.attach(standing.position, winner.standing.position);
    const older = compareSeniority(winner.standing, standing) < 0;
    return [{ child: standing.position, reason: older ? findReason(winner.standing, standing) : undefined }];
  });
}

/**
 * Who was forked from whom, among sessions that share records, for each session once and sorted by id. The parent is the
 * session in which the shared records were made, and of several the one with the longest common history. Evidence says how
 * many records are shared (`shared-uuids`) and what told the direction, or `undecided-direction`: then it goes by the first
 * own record, the file's birth and the id.
 *
 * Pure; a forest, and the same one for any order of members. The time is near-linear in the number of records.
 */
export function inferForks(members: readonly ForkMember[]): readonly InferredFork[] {
  const lineages = toLineages(members);
  const classOf = findClasses(lineages);
  const standings = lineages.map((lineage, position) => findStandings(lineage, position, classOf));

  const holders = new Map<SharedClass, Standing[]>();
  for (const [of, standing] of standings.flatMap((known) => [...known])) {
    const others = holders.get(of);
    if (others === undefined) holders.set(of, [standing]);
    else others.push(standing);
  }
  const contests = [...holders]
    // Brothers whose parent is not here: none of them comes from another.
    .filter(([{ origins }]) => !(origins.size === 1 && origins.has(-1)))
    .map(([of, known]) => toContest(of, known))
    .toSorted(compareContests);

  const forest = createForest(lineages.length);
  const reasons = new Map<number, Reason | undefined>();
  for (const contest of contests) {
    for (const { child, reason } of settle(contest, forest)) reasons.set(child, reason);
  }

  return lineages.map(({ session }, position) => {
    const parent = forest.parentOf(position);
    if (parent === undefined) return { session };
    const shared = [...standings[position]!.keys()].filter((of) => standings[parent]!.has(of));
    const count = shared.reduce((sum, { uuids }) => sum + uuids, 0);
    const evidence = [
      { kind: "shared-uuids", value: String(count) },
      { kind: reasons.get(position) ?? "undecided-direction" },
    ];
    return { session, edge: { parent: lineages[parent]!.session, kind: "fork", evidence } };
  });
}
