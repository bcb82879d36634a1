import { type SessionId } from "@agentlog/types";
import { agentlogError } from "@agentlog/types";
import { type MutationOptions } from "../contract.js";
import { type RegistryEvent } from "../events.js";
import { changeTime } from "../fields.js";
import { type Decision } from "../transaction.js";
import { type View } from "../view.js";

export interface SweepOptions extends MutationOptions {
  /** Days without a sign of life after which an active session is idle. Default 14. */
  readonly idleDays?: number | undefined;
  /** Days after which an idle one is archived. Default 30. */
  readonly archiveDays?: number | undefined;
}

export interface Swept {
  readonly idled: readonly SessionId[];
  readonly archived: readonly SessionId[];
}

const DAY_MS = 86_400_000;
/** Ids in one event: about 45 bytes each, far below what a line may hold. */
const IDS_PER_EVENT = 5000;
const PAGE = 1000;

/** Finds whoever has shown no sign of life for long. The states are ordered by it, so only those that change are looked at. */
export async function decideSweep(view: View, options: SweepOptions): Promise<Decision<Swept>> {
  const { idleDays = 14, archiveDays = 30, dryRun = false } = options;
  if (!(idleDays >= 0 && archiveDays >= idleDays)) {
    const hint = "give days of 0 or more, those of archiving not below those of idling";
    throw agentlogError("USAGE", `the thresholds of the sweep are off; ${hint}`, { hint });
  }
  const time = changeTime(options.at);
  const before = (days: number): string => new Date(Math.max(0, Date.parse(time) - days * DAY_MS)).toISOString();
  const active = await quiet(view, "active", before(idleDays));
  const idle = await quiet(view, "idle", before(archiveDays));
  const longGone = new Set((await quiet(view, "active", before(archiveDays))).map(String));
  const archived = [...idle, ...active.filter((id) => longGone.has(id))];
  const idled = active.filter((id) => !longGone.has(id));
  const events = [...inEvents("sessions.idled", idled, time), ...inEvents("sessions.archived", archived, time)];
  return { events: dryRun ? [] : events, result: { idled, archived } };
}

/** Sessions in a state whose last sign of life was before a time. */
async function quiet(view: View, activity: string, to: string): Promise<SessionId[]> {
  const found: SessionId[] = [];
  for (let after; ;) {
    const page = await view.scan("quiet", {
      prefix: [activity],
      to,
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    found.push(...page.map(({ key }) => key as SessionId));
    after = page.at(-1);
    if (page.length < PAGE) return found;
  }
}

function inEvents(
  type: "sessions.idled" | "sessions.archived",
  ids: readonly SessionId[],
  time: string,
): RegistryEvent[] {
  const events: RegistryEvent[] = [];
  for (let at = 0; at < ids.length; at += IDS_PER_EVENT) {
    events.push({ type, time, data: { sessions: ids.slice(at, at + IDS_PER_EVENT) } });
  }
  return events;
}
