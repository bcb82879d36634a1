import { sanitizePrompt } from "@agentlog/identity-resolution";
import { type SessionRegistry } from "@agentlog/session-registry";
import { isSessionId, type SessionId, type SightedSubAgent, type Sighting } from "@agentlog/types";
import { asNativeId } from "../records/native-id.js";
import { relateForks } from "./forks.js";
import { type OpenSessionLog } from "./session-log.js";

export interface RegisterFromLogsOptions {
  readonly registry: SessionRegistry;
  readonly openSessionLog: OpenSessionLog;
  /** The sessions whose logs are to be read whole. */
  readonly sessions: readonly SessionId[];
  readonly onUnreadable?: (session: SessionId, error: Error) => void;
}

/**
 * Tells the registry of sessions that it has missed, from their logs alone: after a crash between a log and the registry, or
 * after the registry was lost. What people had said of them (aliases, links, closings) was in the registry only.
 *
 * @returns how many it was told
 */
export async function registerFromLogs(options: RegisterFromLogsOptions): Promise<number> {
  const { registry, openSessionLog, sessions, onUnreadable } = options;
  const touched = new Set<string>();
  for (const session of sessions) {
    try {
      const sighting = await sightingOf(session, openSessionLog);
      if (sighting === undefined) continue;
      for (const seen of await registry.seen([sighting])) touched.add(seen.session);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      onUnreadable?.(session, error);
    }
  }
  await relateForks(registry, openSessionLog, touched);
  return touched.size;
}

/** The fields of an event that tell something of its session. Other people's words: each is looked at before it is used. */
interface LogEvent {
  readonly type?: unknown;
  readonly time?: unknown;
  readonly run?: unknown;
  readonly data?: Readonly<Record<string, unknown>>;
  readonly meta?: Readonly<Record<string, Readonly<Record<string, unknown>> | undefined>>;
  readonly actor?: { readonly agent?: unknown; readonly instance?: unknown; readonly role?: unknown };
  readonly source?: { readonly agent?: unknown; readonly nativeSession?: unknown; readonly path?: unknown };
}

const MOST_HEADS = 200;
const MOST_SUB_AGENTS = 201;

async function sightingOf(session: SessionId, openSessionLog: OpenSessionLog): Promise<Sighting | undefined> {
  const log = openSessionLog(session);
  try {
    const facts = createLogFacts(session);
    for await (const event of log.read()) facts.add(event as LogEvent);
    return facts.sighting();
  } finally {
    await log.close();
  }
}

function createLogFacts(session: SessionId): { add(event: LogEvent): void; sighting(): Sighting | undefined } {
  const found: { -readonly [K in keyof Sighting]?: Sighting[K] } = {};
  const heads: string[] = [];
  const uuids = new Set<string>();
  const subAgents = new Map<string, SightedSubAgent>();
  let [created, progress]: [string?, string?] = [];
  let [firstUuid, lastUuid, firstParentUuid, path]: [string?, string?, string?, string?] = [];
  let [isStarted, isHeadNext] = [false, false];

  const start = (data: LogEvent["data"] = {}): void => {
    isStarted = true;
    const [agent, cwd, title] = ["agent", "cwd", "title"].map((name) => text(data[name]));
    const native = asNativeId(text(data["nativeSession"]));
    if (agent !== undefined) found.agent ??= agent;
    if (native !== undefined) found.native ??= native;
    if (cwd !== undefined) found.cwd ??= cwd;
    if (title !== undefined) found.title = title;
    const [branch, head] = [text(data["branch"]), text(data["commit"])];
    if (branch !== undefined) found.branchAtStart ??= branch;
    if (head !== undefined) found.headAtStart ??= head;
    if (isSessionId(data["parent"])) found.parent ??= data["parent"];
  };

  const conversation = ({ meta, actor, type, source }: LogEvent): void => {
    const about = meta?.[found.agent ?? ""];
    const uuid = text(about?.["uuid"]);
    if (uuid === undefined || actor?.role === "sub-agent" || uuids.has(uuid)) return;
    uuids.add(uuid);
    if (firstUuid === undefined) [firstUuid, firstParentUuid] = [uuid, text(about?.["parentUuid"])];
    lastUuid = uuid;
    path = text(source?.path) ?? path;
    const isCompaction = type === "context.compacted";
    if (heads.length === 0 || isCompaction || isHeadNext) heads.push(uuid);
    if (heads.length > MOST_HEADS) heads.splice(MOST_HEADS / 2, 1);
    isHeadNext = isCompaction;
  };

  return {
    add: (event) => {
      const { type, time, data, source, actor } = event;
      const at = text(time);
      if (at !== undefined && (created === undefined || at < created)) created = at;
      if (at !== undefined && (progress === undefined || at > progress)) progress = at;
      if (type === "session.started" && !isStarted) start(data);
      if (type === "session.titled") found.title = text(data?.["title"]) ?? found.title!;
      if (typeof event.run === "number") found.run = Math.max(found.run ?? 1, event.run);
      const [agent, native] = [text(source?.agent), asNativeId(text(source?.nativeSession))];
      if (agent !== undefined) found.agent ??= agent;
      if (native !== undefined) found.native ??= native;
      const prompt =
        type === "message.sent" && data?.["role"] === "user" && data["synthetic"] !== true
          ? text(data["text"])
          : undefined;
      if (prompt !== undefined && found.prompt === undefined && sanitizePrompt(prompt) !== "") found.prompt = prompt;
      const instance = actor?.role === "sub-agent" ? text(actor.instance) : undefined;
      if (instance !== undefined && subAgents.size < MOST_SUB_AGENTS) subAgents.set(instance, { id: instance });
      conversation(event);
    },
    sighting: () => {
      if (created === undefined || progress === undefined) return undefined;
      const { agent = "unknown", title, ...rest } = found;
      const isDangling = firstParentUuid !== undefined && !uuids.has(firstParentUuid);
      return {
        ...rest,
        agent,
        at: progress,
        created,
        progress,
        log: session,
        ...(title === undefined ? {} : { title }),
        // A session of our own has no native one.
        ...(found.native === undefined ? { session } : {}),
        ...(firstUuid === undefined || path === undefined
          ? {}
          : {
              transcript: {
                path,
                firstUuid,
                heads,
                ...(lastUuid === undefined ? {} : { lastUuid }),
                ...(isDangling ? { firstParentUuid } : {}),
              },
            }),
        ...(subAgents.size === 0 ? {} : { subAgents: [...subAgents.values()] }),
      };
    },
  };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
