import { lstat } from "node:fs/promises";
import { sanitizePrompt } from "@agentlog/identity-resolution";
import { type NativeSessionId, type SightedSubAgent, type SightedTitle, type Sighting } from "@agentlog/types";
import { type FoundFile, type ReadStep, type RecordFacts } from "../source.js";

type RecordStep = Extract<ReadStep, { readonly kind: "record" }>;

/** What one file says about the sessions in it. */
export interface FileSightings {
  add(step: RecordStep): void;
  /** One for each native session, as it is now. */
  finish(): Promise<readonly Sighting[]>;
}

/** Heads kept of one file: the first ones and the latest. */
const MOST_HEADS = 200;
const MOST_TITLES = 20;
const MOST_SUB_AGENTS = 201;

export function createFileSightings(agent: string, file: FoundFile, now: () => string): FileSightings {
  const sessions = new Map<NativeSessionId, SessionFacts>();
  return {
    add: ({ nativeSession, facts }) => {
      let session = sessions.get(nativeSession);
      if (session === undefined) {
        session = createSessionFacts();
        sessions.set(nativeSession, session);
      }
      if (facts !== undefined) session.add(facts);
    },
    finish: async () => {
      const stats = await lstat(file.path).catch(() => undefined);
      const about = {
        path: file.path,
        ...(stats === undefined ? {} : { size: stats.size, mtime: stats.mtime.toISOString() }),
      };
      return [...sessions].map(([native, session]) => ({ agent, native, at: now(), ...session.sighting(about) }));
    },
  };
}

interface SessionFacts {
  add(facts: RecordFacts): void;
  sighting(file: { readonly path: string; readonly size?: number; readonly mtime?: string }): Partial<Sighting>;
}

/** Folds what the records of one session in one file say. */
function createSessionFacts(): SessionFacts {
  const first: { -readonly [K in "cwd" | "branch" | "commit"]?: string } = {};
  const latest: { -readonly [K in "branch" | "commit" | "model"]?: string } = {};
  const uuids = new Set<string>();
  const heads: string[] = [];
  const titles: SightedTitle[] = [];
  const subAgents = new Map<string, SightedSubAgent>();
  let [created, progress]: [string | undefined, string | undefined] = [undefined, undefined];
  let [firstUuid, lastUuid, firstParentUuid]: [string?, string?, string?] = [];
  let isMain = false;
  let [prompt, title, link]: [string?, RecordFacts["title"]?, RecordFacts["link"]?] = [];

  const addRecord = ({ uuid, parentUuid, isHead }: RecordFacts): void => {
    if (uuid === undefined) return;
    if (firstUuid === undefined) [firstUuid, firstParentUuid] = [uuid, parentUuid];
    lastUuid = uuid;
    uuids.add(uuid);
    if (heads.length === 0 || (isHead === true && !heads.includes(uuid))) heads.push(uuid);
    if (heads.length > MOST_HEADS) heads.splice(MOST_HEADS / 2, 1);
  };

  const addTitle = (found: NonNullable<RecordFacts["title"]>): void => {
    if (found.of !== undefined) titles.push({ text: found.text, of: found.of });
    // A title that a person gave is not replaced by one that was made up.
    else if (found.by === "person" || title?.by !== "person") title = found;
    if (titles.length > MOST_TITLES) titles.shift();
  };

  return {
    add: (facts) => {
      const { time, subAgent } = facts;
      isMain ||= subAgent === undefined || facts.uuid !== undefined;
      if (time !== undefined && (created === undefined || time < created)) created = time;
      if (time !== undefined && (progress === undefined || time > progress)) progress = time;
      for (const name of ["cwd", "branch", "commit"] as const) first[name] ??= facts[name]!;
      for (const name of ["branch", "commit", "model"] as const) latest[name] = facts[name] ?? latest[name]!;
      addRecord(facts);
      if (facts.title !== undefined) addTitle(facts.title);
      link = facts.link ?? link;
      if (prompt === undefined && facts.prompt !== undefined && sanitizePrompt(facts.prompt) !== "")
        prompt = facts.prompt;
      if (subAgent !== undefined && (subAgents.has(subAgent.id) || subAgents.size < MOST_SUB_AGENTS)) {
        subAgents.set(subAgent.id, { ...subAgents.get(subAgent.id), ...subAgent });
      }
    },
    sighting: (file) => {
      const isDangling = firstParentUuid !== undefined && !uuids.has(firstParentUuid);
      const own = titles.filter(({ of }) => of !== undefined && uuids.has(of)).at(-1);
      const others = titles.filter(({ of }) => of !== undefined && !uuids.has(of));
      const git = without({ branch: latest.branch, head: latest.commit });
      // A file of a sub-agent alone says nothing about where the conversation stands.
      const ends = { firstUuid, lastUuid, firstParentUuid: isDangling ? firstParentUuid : undefined };
      const transcript = isMain ? { ...file, ...without(ends), ...(heads.length === 0 ? {} : { heads }) } : undefined;
      return without({
        created,
        progress,
        cwd: first.cwd,
        git: Object.keys(git).length === 0 ? undefined : git,
        branchAtStart: first.branch,
        headAtStart: first.commit,
        model: latest.model,
        title: title?.text ?? own?.text,
        titles: others.length === 0 ? undefined : others,
        prompt,
        transcript,
        link,
        subAgents: subAgents.size === 0 ? undefined : [...subAgents.values()],
      });
    },
  };
}

function without<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}
