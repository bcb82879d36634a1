import { type SessionId } from "@agentlog/types";
import { type ParentEdge, type SessionRecord, type TreeRow } from "../contract.js";
import { type View } from "../view.js";

const PAGE = 500;

/** The root above a session, and why it is one. */
interface Root {
  readonly record: SessionRecord;
  readonly broken?: "missing-parent" | "cycle";
}

/** The whole tree that a session is in. */
export async function treeOf(view: View, record: SessionRecord): Promise<readonly TreeRow[]> {
  return grow(view, await rootOf(view, record), new Set());
}

/** The trees of the sessions with the latest progress, each once. */
export async function latestTrees(view: View, limit: number): Promise<readonly TreeRow[]> {
  const rows: TreeRow[] = [];
  const shown = new Set<string>();
  let roots = 0;
  let after;
  for (;;) {
    const page = await view.scan("recent", { reverse: true, limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const { key } of page) {
      if (roots >= limit) return rows;
      const record = shown.has(key) ? undefined : await view.get(key);
      if (record === undefined) continue;
      const root = await rootOf(view, record);
      if (shown.has(root.record.session)) continue;
      rows.push(...(await grow(view, root, shown)));
      roots += 1;
    }
    after = page.at(-1);
    if (page.length < PAGE) return rows;
  }
}

async function rootOf(view: View, record: SessionRecord): Promise<Root> {
  const passed = new Set<string>();
  for (let at = record; ;) {
    passed.add(at.session);
    if (at.parent === undefined) return { record: at };
    const above = await view.surviving(at.parent.session);
    if (above === undefined) return { record: at, broken: "missing-parent" };
    // A cycle has no top: the one that was there first stands for it, whichever of them was asked for.
    if (passed.has(above.session)) return { record: await oldestInCycle(view, above), broken: "cycle" };
    at = above;
  }
}

async function oldestInCycle(view: View, start: SessionRecord): Promise<SessionRecord> {
  let oldest = start;
  // Others may change what is walked through meanwhile: it still ends.
  const passed = new Set([start.session]);
  for (let at = start; ;) {
    const above = at.parent === undefined ? undefined : await view.surviving(at.parent.session);
    if (above === undefined || passed.has(above.session)) return oldest;
    passed.add(above.session);
    if (above.created < oldest.created || (above.created === oldest.created && above.session < oldest.session))
      oldest = above;
    at = above;
  }
}

interface Pending {
  readonly record: SessionRecord;
  readonly depth: number;
  readonly isLast: boolean;
  readonly edge?: ParentEdge;
  readonly broken?: "missing-parent" | "cycle";
}

/** Depth first with a stack of its own, because a chain of forks may be deeper than the program's. */
async function grow(view: View, root: Root, shown: Set<string>): Promise<TreeRow[]> {
  const rows: TreeRow[] = [];
  const stack: Pending[] = [{ ...root, depth: 0, isLast: true }];
  shown.add(root.record.session);
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    rows.push(next);
    const children = (await childrenOf(view, next.record)).filter(({ session }) => !shown.has(session));
    for (const child of children) shown.add(child.session);
    const depth = next.depth + 1;
    const pending = children.map((record, at) => ({
      record,
      depth,
      isLast: at === children.length - 1,
      ...(record.parent === undefined ? {} : { edge: record.parent }),
    }));
    stack.push(...pending.toReversed());
  }
  return rows;
}

/** Children of a session and of all that were merged into it, the oldest first. */
async function childrenOf(view: View, { session }: SessionRecord): Promise<readonly SessionRecord[]> {
  const found = new Map<string, SessionRecord>();
  for (const parent of await withMerged(view, session)) {
    for await (const key of keys(view, "parent", parent)) {
      const child = await view.surviving(key);
      if (child !== undefined && child.session !== session) found.set(child.session, child);
    }
  }
  const order = ({ created, session: id }: SessionRecord): string => `${created} ${id}`;
  return [...found.values()].toSorted((a, b) => (order(a) < order(b) ? -1 : 1));
}

async function withMerged(view: View, session: SessionId): Promise<readonly string[]> {
  const all = new Set<string>([session]);
  for (const one of all) {
    for await (const key of keys(view, "mergedInto", one)) all.add(key);
  }
  return [...all];
}

async function* keys(view: View, index: string, value: string): AsyncGenerator<string> {
  let after;
  for (;;) {
    const page = await view.scan(index, { prefix: [value], limit: PAGE, ...(after === undefined ? {} : { after }) });
    for (const { key } of page) yield key;
    after = page.at(-1);
    if (page.length < PAGE) return;
  }
}
