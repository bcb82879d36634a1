import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type StoreLayout } from "@agentlog/durable-fs";
import { openEventLog } from "@agentlog/event-log";
import { type SessionRegistry } from "@agentlog/session-registry";
import { type NativeSessionId } from "@agentlog/types";
import { type Acknowledgement } from "../common/acknowledgements.js";
import { type Outcome } from "../lab/run.js";
import { judgeLog } from "../log/judge.js";
import { readNaively } from "./naive-registry.js";
import { openLabRegistry, type OpenForLab } from "./open.js";
import { AGENT, MIXED, timeOf } from "./storm-orders.js";

type ToldBound = readonly [native: string, session: string];

const ALL = { limit: 1_000_000 };
/** A worker of that number never was; of two judges, each in a process of its own, each has its own. */
const JUDGE = 1_000_000 + process.pid;

/**
 * Compares a registry, opened anew, with what callers were told: each operation is in the log once, each native session is
 * where it was said to be and in one session only; the log is proven; and the read model that was kept is the one that the
 * log makes from scratch.
 */
export async function judgeRegistry(
  layout: StoreLayout,
  acknowledgements: readonly Acknowledgement[],
  options: OpenForLab,
): Promise<Outcome> {
  const { operations, bound } = toldBy(acknowledgements);
  const disk = options.disk === undefined ? {} : { disk: options.disk };
  const log = openEventLog(path.join(layout.registryDir, "events.jsonl"), disk);
  const { outOfOrder, damage } = await judgeLog(log, []);
  const times = new Map<string, number>();
  for await (const { time } of log.read()) times.set(time, (times.get(time) ?? 0) + 1);
  await log.close();
  const twice = [...times.values()].filter((count) => count > 1).length;
  let lost = operations.filter((time) => !times.has(time)).length;

  const problems = [...damage];
  const registry = openLabRegistry(layout, options);
  try {
    const kept = await everything(registry);
    await registry.rebuild();
    if (!isDeepStrictEqual(await everything(registry), kept)) {
      problems.push(`the ${options.kind} model that was kept is not the one that the log makes`);
    }
    problems.push(...oneSessionEach(kept.found));
    for (const [native, session] of bound) {
      const found = await registry.byNative(AGENT, native);
      if (found === undefined) lost++;
      else if (!MIXED.includes(native) && found.session !== session) problems.push(`${native} has another session`);
    }
    const [next] = await registry.seen([
      { agent: AGENT, native: "after" as NativeSessionId, at: timeOf(JUDGE, Math.floor(performance.now())) },
    ]);
    if ((await registry.byNative(AGENT, "after"))?.session !== next?.session)
      problems.push("the next one is not found");
  } finally {
    await registry.close();
  }
  return { acknowledged: operations.length + bound.length, lost, twice, outOfOrder, problems };
}

/** The same of the naive registry, which has no log. */
export function judgeNaiveRegistry(root: string, acknowledgements: readonly Acknowledgement[]): Outcome {
  const { operations, bound } = toldBy(acknowledgements);
  const acknowledged = operations.length + bound.length;
  try {
    const stored = readNaively(root);
    const there = new Set(stored.operations);
    const lost = operations.filter((time) => !there.has(time)).length;
    const moved = bound.filter(([native, session]) => stored.sessions[native] !== session).length;
    return { acknowledged, lost, problems: moved === 0 ? [] : [`${moved} were told of another session`] };
  } catch (error) {
    return { acknowledged, problems: [String(error)] };
  }
}

function toldBy(acknowledgements: readonly Acknowledgement[]): {
  readonly operations: readonly string[];
  readonly bound: readonly ToldBound[];
} {
  const operations: string[] = [];
  const bound = new Map<string, ToldBound>();
  for (const { id } of acknowledgements) {
    const [what, ...rest] = JSON.parse(id) as [string, string, string];
    if (what === "operation") operations.push(rest[0]);
    else bound.set(id, rest);
  }
  return { operations, bound: [...bound.values()] };
}

async function everything(registry: SessionRegistry): Promise<{ found: Found; tree: unknown }> {
  return { found: await registry.find(ALL), tree: await registry.tree(undefined, ALL) };
}

type Found = Awaited<ReturnType<SessionRegistry["find"]>>;

function oneSessionEach(records: Found): readonly string[] {
  const holders = new Map<string, string>();
  const problems: string[] = [];
  for (const { session, natives } of records) {
    for (const { agent, native } of natives) {
      const name = JSON.stringify([agent, native]);
      if (holders.has(name)) problems.push(`${name} is in two sessions`);
      holders.set(name, session);
    }
  }
  return problems;
}
