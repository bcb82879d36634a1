import { type ForeignTitle, type SessionRecord, type SessionRegistry } from "@agentlog/session-registry";
import { type NativeSessionId, type SessionId, type SightedTitle } from "@agentlog/types";
import { type OpenSessionLog } from "./session-log.js";

/** Gives titles to the sessions they belong to: an agent may keep the title of one session in the file of another. */
export interface Titles {
  /** A session that holds titles for others was told to the registry for the first time. */
  sighted(session: SessionId, titles: readonly SightedTitle[]): void;
  /** A session has a record for which others hold a title. */
  met(agent: string, native: NativeSessionId, titles: readonly ForeignTitle[]): void;
  /** Gives them. */
  give(): Promise<void>;
}

/** Sessions of the same directory whose logs are searched for a record that a title names. */
const MOST_SEARCHED = 200;

export function createTitles(registry: SessionRegistry, openSessionLog: OpenSessionLog): Titles {
  const held = new Map<SessionId, readonly SightedTitle[]>();
  const due: { readonly agent: string; readonly native: NativeSessionId; readonly titles: readonly ForeignTitle[] }[] =
    [];
  return {
    sighted: (session, titles) => {
      if (titles.length > 0) held.set(session, titles);
    },
    met: (agent, native, titles) => due.push({ agent, native, titles }),
    give: async () => {
      for (const { agent, native, titles } of due) {
        const record = await registry.byNative(agent, native);
        for (const { title, from } of titles) await give(registry, record, title, from);
      }
      for (const [from, titles] of held) await search(registry, openSessionLog, from, titles);
    },
  };
}

async function give(
  registry: SessionRegistry,
  record: SessionRecord | undefined,
  title: string,
  from: SessionId,
): Promise<void> {
  if (record === undefined || record.session === from) return;
  await registry.addTitle(record.session, title, from);
}

/** Looks for the records that the titles name in the logs of sessions that worked in the same directory. */
async function search(
  registry: SessionRegistry,
  openSessionLog: OpenSessionLog,
  from: SessionId,
  titles: readonly SightedTitle[],
): Promise<void> {
  const holder = await registry.get(from);
  if (holder === undefined) return;
  const wanted = new Map(titles.flatMap(({ text, of }) => (of === undefined ? [] : [[of, text] as const])));
  const near = await registry.find({
    agent: holder.agent,
    limit: MOST_SEARCHED,
    ...(holder.cwd === undefined ? {} : { cwd: holder.cwd }),
  });
  for (const record of near) {
    if (record.session === holder.session) continue;
    for (const log of record.logs) {
      for (const uuid of await found(openSessionLog, log, holder.agent, wanted)) {
        await give(registry, record, wanted.get(uuid) ?? "", from);
        wanted.delete(uuid);
      }
    }
    if (wanted.size === 0) return;
  }
}

async function found(
  openSessionLog: OpenSessionLog,
  log: SessionId,
  agent: string,
  wanted: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const hits = new Set<string>();
  const opened = openSessionLog(log);
  try {
    for await (const event of opened.read()) {
      const { meta } = event as { readonly meta?: Record<string, { readonly uuid?: unknown } | undefined> };
      const uuid = meta?.[agent]?.uuid;
      if (typeof uuid === "string" && wanted.has(uuid)) hits.add(uuid);
    }
  } finally {
    await opened.close();
  }
  return [...hits];
}
