import { fingerprintsOf, sanitizePrompt } from "@agentlog/identity-resolution";
import {
  agentlogError,
  type GitFacts,
  isSessionId,
  type Sighting,
  type SightedSubAgent,
  type SightedTitle,
  toNativeSessionId,
  type TranscriptFacts,
} from "@agentlog/types";
import { type StoredSighting } from "./events.js";
import {
  countField,
  defined,
  field,
  fieldsOf,
  instant,
  listField,
  textField,
  textsField,
  type Fields,
} from "./fields.js";
import { readKind } from "./read-resolution.js";
import { LONGEST_LABEL, LONGEST_TEXT, LONGEST_TITLE, MOST_HEADS, MOST_SUB_AGENTS, MOST_TITLES } from "./limits.js";

/**
 * A sighting as it is stored: bounded, times in one form, what a person typed turned into fingerprints. Throws `USAGE` for one
 * that does not say which agent was seen and when.
 */
export function storedSighting({ prompt, ...rest }: Sighting, storeFirstPrompt: boolean): StoredSighting {
  // Only what is looked at now counts: a caller may have put anything beside it.
  const stored = readSighting({ ...rest, fingerprints: undefined, promptPreview: undefined });
  if (stored === undefined) {
    const hint = `give the agent's name in 1 to ${LONGEST_LABEL} characters and \`at\` as an RFC 3339 time`;
    throw agentlogError("USAGE", `a sighting does not say which agent was seen and when; ${hint}`, { hint });
  }
  const { firstUuid, firstParentUuid } = stored.transcript ?? {};
  const fingerprints = fingerprintsOf({ prompt, firstUuid, firstParentUuid });
  const preview = prompt === undefined || !storeFirstPrompt ? "" : sanitizePrompt(prompt);
  return {
    ...stored,
    ...(Object.keys(fingerprints).length === 0 ? {} : { fingerprints }),
    ...(preview === "" ? {} : { promptPreview: preview }),
  };
}

/** A stored sighting of unknown shape; fields that are not what they should be count as absent. Undefined without an agent. */
export function readSighting(value: unknown): StoredSighting | undefined {
  const of = fieldsOf(value);
  const agent = bounded(of, "agent", LONGEST_LABEL);
  const at = instant(textField(of, "at"));
  if (agent === undefined || at === undefined) return undefined;
  const native = bounded(of, "native", 1024);
  const [session, log, parent] = ["session", "log", "parent"].map((name) => field(of, name));
  const run = countField(of, "run");
  return defined<StoredSighting>({
    agent,
    native: native === undefined ? undefined : toNativeSessionId(native),
    session: isSessionId(session) ? session : undefined,
    log: isSessionId(log) ? log : undefined,
    at,
    created: instant(textField(of, "created")),
    progress: instant(textField(of, "progress")),
    run: run === 0 ? undefined : run,
    cwd: bounded(of, "cwd"),
    git: readGit(field(of, "git")),
    branchAtStart: bounded(of, "branchAtStart"),
    headAtStart: bounded(of, "headAtStart"),
    model: bounded(of, "model"),
    title: cut(textField(of, "title"), LONGEST_TITLE),
    titles: some(listField(of, "titles").flatMap(readTitle).slice(-MOST_TITLES)),
    transcript: readTranscript(field(of, "transcript")),
    parent: isSessionId(parent) ? parent : undefined,
    link: readLink(field(of, "link")),
    hook: readHook(field(of, "hook")),
    subAgents: some(
      listField(of, "subAgents")
        .flatMap(readSubAgent)
        .slice(0, MOST_SUB_AGENTS + 1),
    ),
    fingerprints: readFingerprints(field(of, "fingerprints")),
    promptPreview: cut(textField(of, "promptPreview"), LONGEST_TITLE),
  });
}

function readGit(value: unknown): GitFacts | undefined {
  const of = fieldsOf(value);
  const facts = defined<GitFacts>({
    branch: bounded(of, "branch"),
    head: bounded(of, "head"),
    worktree: bounded(of, "worktree"),
    worktreeRealPath: bounded(of, "worktreeRealPath"),
    commonDir: bounded(of, "commonDir"),
  });
  return Object.keys(facts).length === 0 ? undefined : facts;
}

function readTranscript(value: unknown): TranscriptFacts | undefined {
  const of = fieldsOf(value);
  const path = bounded(of, "path");
  if (path === undefined) return undefined;
  const heads = textsField(of, "heads").filter((one) => one.length <= LONGEST_LABEL);
  return defined<TranscriptFacts>({
    path,
    size: countField(of, "size"),
    mtime: instant(textField(of, "mtime")),
    firstUuid: bounded(of, "firstUuid", LONGEST_LABEL),
    lastUuid: bounded(of, "lastUuid", LONGEST_LABEL),
    firstParentUuid: bounded(of, "firstParentUuid", LONGEST_LABEL),
    heads: some(boundedHeads(heads)),
    missing: field(of, "missing") === true ? true : undefined,
  });
}

/** The first and the latest heads. */
export function boundedHeads(heads: readonly string[]): readonly string[] {
  const half = MOST_HEADS / 2;
  return heads.length <= MOST_HEADS ? heads : [...heads.slice(0, half), ...heads.slice(-half)];
}

function readLink(value: unknown): Sighting["link"] {
  const of = fieldsOf(value);
  const [kind, native] = [readKind(of), bounded(of, "native", 1024)];
  if (kind === undefined || native === undefined) return undefined;
  return defined<NonNullable<Sighting["link"]>>({
    kind,
    native: toNativeSessionId(native),
    callId: bounded(of, "callId"),
    at: bounded(of, "at"),
  });
}

function readHook(value: unknown): Sighting["hook"] {
  const of = fieldsOf(value);
  const hook = defined<NonNullable<Sighting["hook"]>>({
    source: bounded(of, "source", LONGEST_LABEL),
    process: bounded(of, "process", LONGEST_LABEL),
    endedByClear: field(of, "endedByClear") === true ? true : undefined,
  });
  return Object.keys(hook).length === 0 ? undefined : hook;
}

function readTitle(value: unknown): SightedTitle[] {
  const of = fieldsOf(value);
  const text = cut(textField(of, "text"), LONGEST_TITLE);
  return text === undefined ? [] : [defined<SightedTitle>({ text, of: bounded(of, "of", LONGEST_LABEL) })];
}

function readSubAgent(value: unknown): SightedSubAgent[] {
  const of = fieldsOf(value);
  const id = bounded(of, "id", LONGEST_LABEL);
  if (id === undefined) return [];
  const [name, callId, parent] = ["name", "callId", "parent"].map((one) => bounded(of, one, LONGEST_LABEL));
  return [defined<SightedSubAgent>({ id, name, callId, parent })];
}

function readFingerprints(value: unknown): Readonly<Record<string, string>> | undefined {
  const found = Object.entries(fieldsOf(value)).filter(
    ([name, hash]) => /^[a-z0-9_]{1,64}$/.test(name) && typeof hash === "string" && /^[0-9a-f]{64}$/.test(hash),
  );
  return found.length === 0 ? undefined : (Object.fromEntries(found) as Record<string, string>);
}

/** A text that is there and not too long to keep. */
function bounded(of: Fields, name: string, longest: number = LONGEST_TEXT): string | undefined {
  const text = textField(of, name);
  return text === undefined || text === "" || text.length > longest ? undefined : text;
}

/** A text as it is kept: at most so many code points, and cut once more it stays as it is. */
export function cut(text: string | undefined, longest: number): string | undefined {
  // No code point has more than two units: the rest of a long text is not walked through.
  const near = text?.trim().slice(0, longest * 2) ?? "";
  const kept = (near.length <= longest ? near : Array.from(near).slice(0, longest).join("")).trimEnd();
  return kept === "" ? undefined : kept;
}

function some<T>(list: readonly T[]): readonly T[] | undefined {
  return list.length === 0 ? undefined : list;
}
