import { isEventOf, isSessionId, type EventSource, type SessionId } from "@agentlog/types";
import type { SessionLog } from "./session-log.js";

/** What the beginning of a log tells of its session. */
export type SessionHead = {
  readonly agent: string | undefined;
  /** The name people know it by. */
  readonly title: string | undefined;
  /** The beginning of the first thing a person said in it, at most 200 characters: for a session that has no title. */
  readonly firstPrompt: string | undefined;
  /** The agent's own id for it. */
  readonly nativeSession: string | undefined;
  readonly parent: SessionId | undefined;
  readonly cwd: string | undefined;
  readonly tags: { readonly [name: string]: string } | undefined;
  /** Where its first event was learnt. */
  readonly source: EventSource["kind"] | undefined;
  /** When its first event happened, RFC 3339. */
  readonly startedAt: string | undefined;
};

/** A start is the first event; an import may have a few before it, and more before the first prompt. */
const HEAD_EVENTS = 32;
const PREVIEW_CHARACTERS = 200;

/** Reads the beginning of a log. Its data may come from anybody, so each field is taken only as what it should be. */
export async function describeHead(log: SessionLog): Promise<SessionHead> {
  let startedAt: string | undefined;
  let source: EventSource["kind"] | undefined;
  let started: Readonly<Record<string, unknown>> | undefined;
  let firstPrompt: string | undefined;
  for await (const event of log.read({ to: HEAD_EVENTS - 1 })) {
    startedAt ??= event.time;
    source ??= kindOf(event.source);
    if (isEventOf(event, "session.started")) started ??= event.data;
    if (isEventOf(event, "message.sent")) firstPrompt ??= promptOf(event.data);
    if (started !== undefined && (source === "writer" || firstPrompt !== undefined)) break;
  }
  const data = started ?? {};
  const { parent } = data;
  return {
    agent: text(data["agent"]),
    title: text(data["title"]),
    firstPrompt,
    nativeSession: text(data["nativeSession"]),
    parent: isSessionId(parent) ? parent : undefined,
    cwd: text(data["cwd"]),
    tags: tags(data["tags"]),
    source,
    startedAt,
  };
}

/** What harnesses put in a person's mouth is marked synthetic, and is no prompt. */
function promptOf({ role, text: said, synthetic }: Readonly<Record<string, unknown>>): string | undefined {
  if (role !== "user" || synthetic === true || typeof said !== "string" || said.trim() === "") return undefined;
  return Array.from(said.trim().slice(0, 4 * PREVIEW_CHARACTERS))
    .slice(0, PREVIEW_CHARACTERS)
    .join("");
}

const KINDS: readonly unknown[] = ["writer", "hook", "import", "cli"] satisfies EventSource["kind"][];

function kindOf(source: { readonly kind?: unknown } | undefined): EventSource["kind"] | undefined {
  return KINDS.includes(source?.kind) ? (source?.kind as EventSource["kind"]) : undefined;
}

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

function tags(value: unknown): { readonly [name: string]: string } | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const entries = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string");
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}
