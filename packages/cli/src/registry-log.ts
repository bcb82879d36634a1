import fs from "node:fs";
import { join } from "node:path";
import { makePrivateDirectory, openPrivateFile, type OpenedStore } from "@agentlog/durable-fs";
import { type EventLog, openEventLog } from "@agentlog/event-log";

const fileOf = ({ layout }: OpenedStore): string => join(layout.registryDir, "events.jsonl");

/** The registry's log as a file, to be verified and repaired; everything else asks the registry. */
export function openRegistryLog(store: OpenedStore): EventLog {
  return openEventLog(fileOf(store), { quarantineDirectory: join(store.layout.quarantineDir, "registry") });
}

export function hasRegistryLog(store: OpenedStore): boolean {
  return fs.lstatSync(fileOf(store), { throwIfNoEntry: false }) !== undefined;
}

/** True when there are sessions and no log of the registry: it was deleted, or is older than the registry. */
export function isRegistryMissing(store: OpenedStore): boolean {
  if (hasRegistryLog(store)) return false;
  try {
    return fs.readdirSync(store.layout.sessionsDir).length > 0;
  } catch {
    return false;
  }
}

/**
 * Makes the registry's log, empty, before the first session: its log comes before what the registry is told, and another
 * process must not take that moment for a loss. Best effort.
 */
export function beginRegistryLog(store: OpenedStore): void {
  if (hasRegistryLog(store)) return;
  try {
    makePrivateDirectory(store.layout.registryDir);
    const { O_APPEND, O_CREAT, O_WRONLY } = fs.constants;
    fs.closeSync(openPrivateFile(fileOf(store), { flags: O_WRONLY | O_APPEND | O_CREAT }));
  } catch {
    // Whoever needs it meets the same, and tells.
  }
}
