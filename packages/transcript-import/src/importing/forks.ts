import { type ForkMember, inferForks } from "@agentlog/identity-resolution";
import { type SessionRecord, type SessionRegistry } from "@agentlog/session-registry";
import { type SessionId } from "@agentlog/types";
import { type OpenSessionLog } from "./session-log.js";

/** Sessions of one family that are compared; a larger one is some program's template, not somebody's fork. */
const LARGEST_FAMILY = 500;

/**
 * Finds out which of the sessions that share records were copied from which, and tells the registry. A family is always judged
 * as a whole and by what the logs say, so the order in which its files were imported leaves no trace.
 */
export async function relateForks(
  registry: SessionRegistry,
  openSessionLog: OpenSessionLog,
  touched: ReadonlySet<string>,
): Promise<void> {
  const judged = new Set<string>();
  for (const session of touched) {
    if (judged.has(session)) continue;
    const family = await familyOf(registry, session as SessionId);
    for (const one of family.keys()) judged.add(one);
    if (family.size > 1) await judge(registry, openSessionLog, [...family.values()]);
  }
}

/** All sessions that share records with a session, or with one that does. */
async function familyOf(registry: SessionRegistry, session: SessionId): Promise<ReadonlyMap<SessionId, SessionRecord>> {
  const family = new Map<SessionId, SessionRecord>();
  const first = await registry.get(session);
  if (first !== undefined) family.set(first.session, first);
  for (const member of family.values()) {
    for (const other of await registry.sharing(member.agent, headsOf(member))) {
      if (family.size < LARGEST_FAMILY) family.set(other.session, other);
    }
  }
  return family;
}

function headsOf({ heads, transcripts }: SessionRecord): readonly string[] {
  return [...heads, ...transcripts.flatMap(({ firstUuid }) => (firstUuid === undefined ? [] : [firstUuid]))];
}

async function judge(
  registry: SessionRegistry,
  openSessionLog: OpenSessionLog,
  family: readonly SessionRecord[],
): Promise<void> {
  const members: ForkMember[] = [];
  const owners = new Map<SessionId, SessionRecord>();
  for (const record of family) {
    for (const { agent, native, log } of record.natives) {
      owners.set(log, record);
      members.push({ session: log, agent, native, records: await conversation(openSessionLog, log, agent) });
    }
  }
  const parents = new Map<
    SessionId,
    { readonly parent: SessionId; readonly evidence: SessionRecord["candidates"][number]["evidence"] }
  >();
  for (const { session, edge } of inferForks(members)) {
    const [child, above] = [
      owners.get(session)?.session,
      edge === undefined ? undefined : owners.get(edge.parent)?.session,
    ];
    if (edge === undefined || child === undefined || above === undefined || child === above) continue;
    parents.set(child, { parent: above, evidence: edge.evidence });
  }
  for (const { session, parent } of family) {
    const found = parents.get(session);
    const isKnown = found !== undefined && parent?.session === found.parent;
    if (found !== undefined && !isKnown) await registry.inferParent(session, { ...found, kind: "fork" });
    if (found === undefined && parent?.by === "inference" && parent.kind === "fork")
      await registry.inferParent(session, undefined);
  }
}

/** The ids of a native session's own conversation records, as far as its log has them, in order. */
async function conversation(
  openSessionLog: OpenSessionLog,
  log: SessionId,
  agent: string,
): Promise<ForkMember["records"]> {
  const records = new Map<string, ForkMember["records"][number]>();
  const opened = openSessionLog(log);
  try {
    for await (const event of opened.read()) {
      const { uuid, parentUuid, role } = ofConversation(event, agent);
      if (uuid === undefined || role === "sub-agent" || records.has(uuid)) continue;
      const { time } = event as { readonly time?: unknown };
      records.set(uuid, {
        uuid,
        ...(parentUuid === undefined ? {} : { parentUuid }),
        ...(typeof time === "string" ? { time } : {}),
      });
    }
  } finally {
    await opened.close();
  }
  return [...records.values()];
}

function ofConversation(
  event: object,
  agent: string,
): { readonly uuid?: string; readonly parentUuid?: string; readonly role?: unknown } {
  const { meta, actor } = event as {
    readonly meta?: Record<string, unknown>;
    readonly actor?: { readonly role?: unknown };
  };
  const about = meta?.[agent] as { readonly uuid?: unknown; readonly parentUuid?: unknown } | undefined;
  return {
    ...(typeof about?.uuid === "string" ? { uuid: about.uuid } : {}),
    ...(typeof about?.parentUuid === "string" ? { parentUuid: about.parentUuid } : {}),
    role: actor?.role,
  };
}
