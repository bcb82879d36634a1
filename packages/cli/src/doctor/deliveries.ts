import { openSessionLog } from "@agentlog/session-writer";
import { type Subject } from "./subject.js";
import { capturedIn } from "./captured.js";

/** What came from the hooks of one agent. */
export interface Delivered {
  /** Events in the logs that a hook told. */
  readonly events: number;
  /** Payloads that wait in the spool. */
  readonly waiting: number;
  /** When the latest of them was captured; milliseconds since 1970. */
  readonly lastMs: number | undefined;
  /** The latest sign of life of a session of that agent, from wherever it is known. */
  readonly usedMs: number | undefined;
}

/** Looks through the logs of the sessions of one agent for what its hooks have told. */
export async function deliveriesOf(subject: Subject, agent: string): Promise<Delivered> {
  const { layout, disk } = subject;
  if (layout === undefined) return { events: 0, waiting: 0, lastMs: undefined, usedMs: undefined };
  // A registry that cannot be read is told of by its own check.
  const records = await subject.registry().then(
    (content) => content.records,
    () => [],
  );
  const own = records.filter((record) => record.agent === agent || record.natives.some((one) => one.agent === agent));
  const times = capturedIn(subject, layout.hookSpool)
    .entries.filter((entry) => entry.agent === agent)
    .map(({ atMs }) => atMs);
  const waiting = times.length;
  let events = 0;
  for (const id of new Set(own.flatMap(({ logs }) => logs))) {
    const log = openSessionLog({ root: layout.root, layout }, id, { disk });
    try {
      for await (const { source, time } of log.read()) {
        if (source?.kind !== "hook" || (source.agent ?? agent) !== agent) continue;
        events += 1;
        times.push(Date.parse(time));
      }
    } catch {
      // A log that cannot be read is told of by the check of the logs.
    }
  }
  const used = own.map(({ progress }) => Date.parse(progress));
  return { events, waiting, lastMs: latest(times), usedMs: latest(used) };
}

/** Of a hundred thousand times, too many for the arguments of one call. */
function latest(times: readonly number[]): number | undefined {
  return times.reduce<number | undefined>((last, time) => (last === undefined || time > last ? time : last), undefined);
}
