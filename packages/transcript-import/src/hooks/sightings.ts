import { type Sighting } from "@agentlog/types";

/**
 * The sightings of many calls in few: consecutive ones of a session become one, for each call of a tool is one. What a hook says
 * of a process stays on its own, in its place among all sessions: a clear is one session's end and the next one's start.
 */
export function mergeSightings(sightings: readonly Sighting[]): readonly Sighting[] {
  const merged: Sighting[] = [];
  const latest = new Map<string, number>();
  for (const sighting of sightings) {
    const key = JSON.stringify([sighting.agent, sighting.native, sighting.session ?? null]);
    const at = latest.get(key);
    const before = at === undefined ? undefined : merged[at];
    if (at === undefined || before === undefined || before.hook !== undefined || sighting.hook !== undefined) {
      latest.set(key, merged.push(sighting) - 1);
    } else merged[at] = joined(before, sighting);
  }
  return merged;
}

function joined(before: Sighting, after: Sighting): Sighting {
  const prompt = before.prompt ?? after.prompt;
  const link = before.link ?? after.link;
  const subAgents = [...(before.subAgents ?? []), ...(after.subAgents ?? [])];
  return {
    ...before,
    ...after,
    ...(before.created === undefined ? {} : { created: before.created }),
    ...(prompt === undefined ? {} : { prompt }),
    ...(link === undefined ? {} : { link }),
    ...(subAgents.length === 0 ? {} : { subAgents }),
  };
}
