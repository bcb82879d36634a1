import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type JsonObject, type JsonValue } from "@agentlog/types";
import { type ImportedEvent, type ReadStep, type RecordFacts } from "../../../source.js";
import { opencodeSource } from "../source.js";

// Sessions as OpenCode writes them, made up here and as small as they can be.

/** Long over, so that nothing in it waits. */
export const OLD_MS: number = Date.UTC(2026, 0, 2, 3, 4, 5);

export interface Tree {
  readonly storage: string;
  session(id: string, fields?: JsonObject): string;
  message(session: string, id: string, fields?: JsonObject): void;
  part(message: string, id: string, fields: JsonObject): void;
  write(path: string, content: JsonValue | string): string;
}

/** A storage in a folder. */
export function treeIn(folder: string, ms: number = OLD_MS): Tree {
  const storage = join(folder, "storage");
  const write = (path: string, content: JsonValue | string): string => {
    const file = join(storage, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
    return file;
  };
  return {
    storage,
    write,
    session: (id, fields) => write(`session/proj/${id}.json`, sessionHead(id, { ...fields }, ms)),
    message: (session, id, fields) =>
      void write(`message/${session}/${id}.json`, { id, sessionID: session, ...fields }),
    part: (message, id, fields) => void write(`part/${message}/${id}.json`, { id, messageID: message, ...fields }),
  };
}

export function sessionHead(id: string, fields: JsonObject = {}, ms: number = OLD_MS): JsonObject {
  const times = { created: ms, updated: ms + 60_000 };
  return { id, version: "1.1.0", projectID: "proj", directory: "/work/app", title: "A title", time: times, ...fields };
}

/** What a prompt and an answer have. */
export function prompt(ms: number): JsonObject {
  return { role: "user", time: { created: ms }, agent: "build", model: { providerID: "p", modelID: "model-1" } };
}

export function answer(ms: number, completed?: number, fields: JsonObject = {}): JsonObject {
  const time = completed === undefined ? { created: ms } : { created: ms, completed };
  return { role: "assistant", time, agent: "build", modelID: "model-1", providerID: "p", ...fields };
}

export function tool(name: string, state: JsonObject, callID = "call_1"): JsonObject {
  return { type: "tool", callID, tool: name, state };
}

/** All that reading some paths gave. */
export interface Import {
  readonly steps: readonly ReadStep[];
  readonly events: readonly ImportedEvent[];
  readonly facts: readonly RecordFacts[];
  readonly bad: readonly string[];
  readonly unfinished: number;
  readonly foreign: number;
  readonly sessions: ReadonlySet<string>;
}

export async function importPaths(...paths: readonly string[]): Promise<Import> {
  const { files } = await opencodeSource.discover({ paths, env: {} });
  const steps: ReadStep[] = [];
  for (const file of files) for await (const step of opencodeSource.read(file)) steps.push(step);
  const records = steps.flatMap((step) => (step.kind === "record" ? [step] : []));
  return {
    steps,
    events: records.flatMap(({ events }) => events),
    facts: records.flatMap(({ facts }) => facts ?? []),
    bad: steps.flatMap((step) => (step.kind === "bad" ? [step.reason] : [])),
    unfinished: steps.filter(({ kind }) => kind === "unfinished").length,
    foreign: steps.filter(({ kind }) => kind === "foreign").length,
    sessions: new Set(records.map(({ nativeSession }) => nativeSession)),
  };
}

/** The types of events, in order. */
export function typesOf(events: readonly ImportedEvent[]): readonly string[] {
  return events.map(({ type }) => type);
}

/** An append-only log: takes the events it does not have. */
export function appendTo(log: Map<string, ImportedEvent>, events: readonly ImportedEvent[]): number {
  const before = log.size;
  for (const event of events) if (!log.has(event.id)) log.set(event.id, event);
  return log.size - before;
}
