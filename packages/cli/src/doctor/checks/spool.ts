import { join } from "node:path";
import { fromSafeSegment, openSpool } from "@agentlog/durable-fs";
import { isSessionId } from "@agentlog/types";
import { timeAgo } from "../../text/time.js";
import { counted } from "../../text/counted.js";
import { type Check, type Examined, type Found } from "../finding.js";
import { type Subject } from "../subject.js";
import { capturedIn, capturedAt } from "../captured.js";
import { namesIn } from "../walk.js";

/** Whether what was captured gets into the logs. */
export const spoolCheck: Check = { name: "spool", ofStore: true, examine };

/**
 * Every command takes in what waits, so that payloads of a day mean that none was run, or that taking them in fails. They are
 * not synced to the disk, nor found by anything, until then.
 */
const LATE_MS = 24 * 3_600_000;
/** Events wait for the next append to their log, which in a running session comes at once. */
const EVENTS_LATE_MS = 3_600_000;

function examine(subject: Subject): Examined {
  const { layout } = subject;
  if (layout === undefined) return { summary: "none", findings: [] };
  const hooks = capturedIn(subject, layout.hookSpool);
  const oldest = hooks.entries[0]?.atMs;
  const logs = eventSpools(subject);
  const events = logs.reduce((sum, { waiting }) => sum + waiting, 0);
  const since = oldest === undefined ? "" : `, the oldest from ${timeAgo(new Date(oldest).toISOString(), subject.now)}`;
  return {
    summary: `${counted(hooks.entries.length, "hook payload")} waiting${since}; ${counted(events, "event")} waiting`,
    findings: [
      ...late(subject, hooks.entries.length, oldest),
      ...unreadable(subject, hooks.unreadable),
      ...logs.flatMap((one) => lateEvents(subject, one)),
    ],
    facts: {
      hooks: hooks.entries.length,
      oldest: oldest === undefined ? undefined : new Date(oldest).toISOString(),
      events,
    },
  };
}

function late(subject: Subject, count: number, oldest: number | undefined): readonly Found[] {
  if (oldest === undefined || subject.now - oldest < LATE_MS) return [];
  const when = timeAgo(new Date(oldest).toISOString(), subject.now);
  return [
    {
      severity: "problem",
      what: `${counted(count, "hook payload")} waiting, the oldest from ${when}`,
      where: subject.layout?.hookSpool ?? "",
      why: "no command shows what they tell before they are in the logs",
      command: subject.command("ls"),
      advice: "takes them in, as every command that reads sessions does, and says what keeps them out",
    },
  ];
}

function unreadable(subject: Subject, names: readonly string[]): readonly Found[] {
  if (names.length === 0) return [];
  const { hookSpool = "" } = subject.layout ?? {};
  return [
    {
      severity: "problem",
      what: `${counted(names.length, "entry", "entries")} in the spool of the hooks that no hook of this version wrote`,
      where: join(hookSpool, names[0] ?? ""),
      why: "they tell nothing that could be recorded",
      command: subject.command("ls"),
      advice: "moves them to quarantine",
    },
  ];
}

interface EventSpool {
  readonly directory: string;
  /** What to append to, for `agentlog append`; undefined for the registry's. */
  readonly session: string | undefined;
  readonly waiting: number;
  readonly oldest: number | undefined;
}

function eventSpools(subject: Subject): readonly EventSpool[] {
  const { layout, disk } = subject;
  if (layout === undefined) return [];
  const ofSessions = namesIn(layout.spoolDir, disk).flatMap((name) => {
    const session = fromSafeSegment(name);
    return isSessionId(session) ? [{ directory: join(layout.spoolDir, name), session }] : [];
  });
  const ofRegistry = { directory: join(layout.registryDir, "events.jsonl.spool"), session: undefined };
  return [...ofSessions, ofRegistry].map((place) => {
    const entries = openSpool(place.directory, { disk }).list();
    const [first] = entries;
    return { ...place, waiting: entries.length, oldest: first && capturedAt(first.name) };
  });
}

function lateEvents(subject: Subject, { directory, session, waiting, oldest }: EventSpool): readonly Found[] {
  if (oldest === undefined || subject.now - oldest < EVENTS_LATE_MS) return [];
  const found: Found = {
    severity: "problem",
    what: `${counted(waiting, "event")} of ${session ?? "the registry"} waiting, the oldest from ${timeAgo(new Date(oldest).toISOString(), subject.now)}`,
    where: directory,
    why: "they are safe where they are, and in no answer until the next append to that log takes them in",
  };
  if (session === undefined) return [{ ...found, advice: "any alias, link or close is such an append" }];
  const command = subject.command("append", session, "--type", "note.added");
  return [{ ...found, command, advice: "or any other append; an empty note is the smallest" }];
}
