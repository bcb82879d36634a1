import { type LoopRecord, type SessionDocument } from "@agentlog/types";

/** A loop with those it descends from. */
export interface LoopChain {
  /** From the first one down to the loop asked for; empty when there is no such loop. */
  readonly loops: readonly LoopRecord[];
  /** The ids of a circle of parents, where the chain ends in one: `[a, b]` when a's parent is b and b's is a. */
  readonly cycle: readonly string[] | undefined;
  /** A parent that the document does not have. */
  readonly missing: string | undefined;
}

/** Follows a loop's parents up to the first, and stops at a circle or at a parent that is not there; both are told. */
export function loopChain({ loops }: Pick<SessionDocument, "loops">, id: string): LoopChain {
  const byId = new Map(loops.map((loop) => [loop.id, loop]));
  const chain = new Map<string, LoopRecord>();
  const found = (cycle?: readonly string[], missing?: string): LoopChain => ({
    loops: [...chain.values()].reverse(),
    cycle,
    missing,
  });
  let loop = byId.get(id);
  while (loop !== undefined) {
    chain.set(loop.id, loop);
    const { parentLoop } = loop;
    if (parentLoop === undefined) return found();
    if (chain.has(parentLoop)) {
      const ids = [...chain.keys()];
      return found(ids.slice(ids.indexOf(parentLoop)));
    }
    loop = byId.get(parentLoop);
    if (loop === undefined) return found(undefined, parentLoop);
  }
  return found();
}

/** Every circle of parents in a session, each once; none in one that was recorded well. */
export function loopCycles({ loops }: Pick<SessionDocument, "loops">): readonly (readonly string[])[] {
  const parents = new Map(loops.map((loop) => [loop.id, loop.parentLoop]));
  const done = new Set<string>();
  const cycles: string[][] = [];
  for (const { id } of loops) {
    const path = new Set<string>();
    let at: string | undefined = id;
    while (at !== undefined && !done.has(at) && !path.has(at)) {
      path.add(at);
      at = parents.get(at);
    }
    if (at !== undefined && path.has(at)) {
      const ids = [...path];
      cycles.push(ids.slice(ids.indexOf(at)));
    }
    for (const each of path) done.add(each);
  }
  return cycles;
}
