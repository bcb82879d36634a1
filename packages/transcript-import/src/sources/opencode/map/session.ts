import { deriveSessionId, type JsonObject, type NativeLink, type SessionStarted } from "@agentlog/types";
import { type DataOf } from "../../../records/event.js";
import { defined, objectField, textField } from "../../../records/fields.js";
import { asNativeId } from "../../../records/native-id.js";
import { sha256 } from "../../../records/sha256.js";
import { type ImportedEvent, type RecordFacts } from "../../../source.js";
import { AGENT, eventOf, keptEventOf, type Origin, type SessionContext } from "../event.js";
import { type StoredState } from "../stored.js";
import { msIn, toTime } from "../time.js";

/** The session it came from: a fork says so only from version 2 on, and a title `(fork #1)` is only a title. */
export function linkOf(head: JsonObject): NativeLink | undefined {
  const fork = textField(head, "forkSessionID");
  const native = asNativeId(fork ?? textField(head, "parentID"));
  if (native === undefined) return undefined;
  const boundary = objectField(head, "forkBoundary");
  // A boundary may be the first message that was left out.
  const at = boundary?.["type"] === "before" ? undefined : textField(boundary, "messageID");
  return defined<NativeLink>({
    kind: fork === undefined ? "sub-agent" : "fork",
    native,
    at: fork === undefined ? undefined : at,
  });
}

/** The title, unless it is the one that every session begins with. */
export function titleOf(head: JsonObject): string | undefined {
  const title = textField(head, "title");
  return title === undefined || /^(?:New|Child) session - \d{4}-\d\d-\d\dT/.test(title) ? undefined : title;
}

/** The beginning. Its title is not in it: that changes, and this event must be the same at every import. */
export function mapStart(context: SessionContext, head: JsonObject, startMs: number): ImportedEvent {
  const link = linkOf(head);
  const data = defined<SessionStarted>({
    agent: AGENT,
    agentVersion: textField(head, "version"),
    nativeSession: context.native,
    cause: link?.kind,
    parent: link === undefined ? undefined : deriveSessionId(AGENT, link.native),
    cwd: context.cwd,
  });
  const names = ["projectID", "workspaceID", "slug", "path"].map((name) => [name, textField(head, name)] as const);
  const boundary = objectField(head, "forkBoundary");
  const about = Object.fromEntries([
    ...names.filter(([, value]) => value !== undefined),
    ...(boundary === undefined ? [] : [["forkBoundary", boundary]]),
  ]) as JsonObject;
  const inferred = msIn(objectField(head, "time"), "created") === undefined;
  const origin: Origin = { key: ["session.started"], time: toTime(startMs), inferred, byAgent: true, about };
  return eventOf(context, "session.started", origin, data);
}

/** What the session's head says about it, for who keeps track of sessions. */
export function factsOf(context: SessionContext, head: JsonObject, startMs: number): RecordFacts {
  const title = titleOf(head);
  return defined<RecordFacts>({
    time: toTime(startMs),
    cwd: context.cwd,
    link: linkOf(head),
    model: textField(objectField(head, "model"), "id"),
    title: title === undefined ? undefined : { text: title },
  });
}

/** What is only known as it is now. Each content is told once, so one that comes back is not told again. */
export function mapStates(
  context: SessionContext,
  head: JsonObject,
  states: readonly StoredState[],
  latestMs: number,
): readonly ImportedEvent[] {
  const ms = Math.max(msIn(objectField(head, "time"), "updated") ?? 0, latestMs);
  const origin = (name: string, key: string): Origin => ({
    key: [name, key],
    time: toTime(ms),
    inferred: true,
    byAgent: true,
  });
  const title = titleOf(head);
  const revert = objectField(head, "revert");
  const titled: DataOf<"session.titled"> | undefined = title === undefined ? undefined : { title };
  return [
    ...(titled === undefined
      ? []
      : [eventOf(context, "session.titled", origin("session.titled", sha256(titled.title)), titled)]),
    ...(revert === undefined
      ? []
      : [keptEventOf(context, "revert", origin("revert", sha256(JSON.stringify(revert))), revert)]),
    ...states.map(({ name, key, data }) => keptEventOf(context, name, origin(name, key), data)),
  ];
}
