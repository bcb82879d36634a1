import { type ForeignTitle, type SessionRegistry } from "@agentlog/session-registry";
import { type NativeSessionId, type Sighting } from "@agentlog/types";
import { type FoundFile, type ReadStep } from "../source.js";
import { relateForks } from "./forks.js";
import { type OpenSessionLog } from "./session-log.js";
import { createFileSightings } from "./sightings.js";
import { createTitles } from "./titles.js";

type RecordStep = Extract<ReadStep, { readonly kind: "record" }>;

/** Tells the registry of the sessions an import meets. */
export interface Registering {
  /** What one file says. */
  file(agent: string, file: FoundFile): Promise<FileRegistering>;
  /** Tells what is left, and how the sessions are related. */
  finish(): Promise<void>;
}

export interface FileRegistering {
  add(step: RecordStep): void;
  /** Called when the file's events are in the logs. */
  finish(): Promise<void>;
}

const MOST_PENDING = 200;

/**
 * A session is told to the registry after its events are in its log, so that whatever is found can be read. When an import dies
 * in between, the next one tells it: what the registry knows already becomes no event.
 */
export function createRegistering(
  registry: SessionRegistry,
  openSessionLog: OpenSessionLog,
  now: () => string,
): Registering {
  const touched = new Set<string>();
  const titles = createTitles(registry, openSessionLog);
  let pending: Sighting[] = [];
  let references: ReadonlyMap<string, readonly ForeignTitle[]> | undefined;

  const flush = async (): Promise<void> => {
    const sightings = pending;
    pending = [];
    const seen = await registry.seen(sightings);
    for (const { session } of seen) touched.add(session);
    for (const [at, { session, changed }] of seen.entries())
      if (changed) titles.sighted(session, sightings[at]?.titles ?? []);
  };

  return {
    file: async (agent, file) => {
      references ??= await registry.references();
      const sightings = createFileSightings(agent, file, now);
      const hits = new Map<string, NativeSessionId>();
      return {
        add: (step) => {
          sightings.add(step);
          const { uuid } = step.facts ?? {};
          if (uuid !== undefined && references?.has(uuid) === true) hits.set(uuid, step.nativeSession);
        },
        finish: async () => {
          pending.push(...(await sightings.finish()));
          for (const [uuid, native] of hits) titles.met(agent, native, references?.get(uuid) ?? []);
          if (pending.length >= MOST_PENDING) await flush();
        },
      };
    },
    finish: async () => {
      await flush();
      await relateForks(registry, openSessionLog, touched);
      await titles.give();
    },
  };
}
