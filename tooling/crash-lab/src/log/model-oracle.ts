import { isAgentlogError } from "@agentlog/types";
import { type World } from "./model-world.js";

/** What a world looks like when nothing happens any more; throws with what is wrong. */
export async function check(world: World, from: number): Promise<void> {
  if (world.problems.length > 0) throw world.problems[0];
  await makeUsable(world);
  await agree(world, from);
  const last = world.cold();
  const ack = last.appendSync({ id: "final", type: "t", time: "2026-01-01T00:00:00.000Z", data: {} });
  if (ack.status !== "appended") throw new Error("the last append was not acknowledged");
  world.promised.acked.set("final", ack.seq);
  await agree(world, from);
  const { events } = await world.cold().readAll();
  if (events.at(-1)?.id !== "final") throw new Error(`the last append is not the last event: ${ack.seq}`);
  const seen = new Set(events.map(({ id }) => id));
  for (const id of world.promised.spooled) if (!seen.has(id)) throw new Error(`${id} was spooled and never appended`);
}

/** A power loss may leave a file without one event that does not even begin like a log: that waits for a person's repair. */
async function makeUsable(world: World): Promise<void> {
  const log = world.cold();
  try {
    log.head();
  } catch (error) {
    if (!isAgentlogError(error, "NOT_A_LOG") || !world.damaged) throw error;
    if ((await log.readAll()).events.length > 0) throw error;
    await log.repair();
  }
}

/** Every view of the log tells the same, and it is what the callers were told. */
async function agree(world: World, from: number): Promise<void> {
  const { acked, refused, calls } = world.promised;
  const log = world.cold();
  const { events, damage } = await log.readAll();
  const seqs = new Map<string, number>();
  let next = 0;
  for (const { id, seq } of events) {
    if (seqs.has(id) && !world.isForgotten(id))
      throw new Error(`${id} is in the log twice: ${seqs.get(id)} and ${seq}`);
    seqs.set(id, seq);
    if (seq !== next && !world.damaged) throw new Error(`after ${next - 1} comes ${seq}`);
    if (seq < next) throw new Error(`out of order: ${seq} after ${next - 1}`);
    next = seq + 1;
  }
  for (const [id, seq] of acked) {
    if (seqs.get(id) !== seq) throw new Error(`${id} was acknowledged as ${seq} and is ${seqs.get(id)}`);
  }
  for (const [id, error] of refused) {
    if (seqs.has(id)) throw new Error(`${id} was refused (${String(error)}) and is in the log`);
  }
  for (const ids of calls) {
    const present = ids.filter((id) => seqs.has(id)).length;
    if (present !== 0 && present !== ids.length && !world.damaged) throw new Error(`a part of a call: ${ids.join()}`);
  }
  if (!world.damaged) {
    for (const { kind } of damage) if (kind === "gap" || kind === "chain") throw new Error(`damage: ${kind}`);
  }
  const verified = await log.verify();
  const head = log.head();
  const lastSeq = events.at(-1)?.seq ?? -1;
  if (verified.events !== events.length) throw new Error(`verify counts ${verified.events} of ${events.length}`);
  if (head.seq !== verified.head.seq || head.hash !== verified.head.hash || log.stat().lastSeq !== head.seq) {
    throw new Error(`the tail says ${head.seq} ${head.hash}, a full scan ${verified.head.seq} ${verified.head.hash}`);
  }
  if (lastSeq !== head.seq && verified.holes.length === 0)
    throw new Error(`read ends at ${lastSeq}, head is ${head.seq}`);
  const start = next === 0 ? 0 : from % (next + 1);
  const wanted = events.filter(({ seq }) => seq >= start).map(({ id }) => id);
  const got = (await log.readAll({ from: start })).events.map(({ id }) => id);
  if (got.join() !== wanted.join()) throw new Error(`read from ${start}: ${got.join()} instead of ${wanted.join()}`);
}
