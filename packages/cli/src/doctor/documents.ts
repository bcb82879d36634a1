import { type Disk, type StoreLayout } from "@agentlog/durable-fs";
import { fileSnapshotStore, openBindings } from "@agentlog/snapshot-store";
import { type AgentlogError, isAgentlogError } from "@agentlog/types";

/** How the documents of a store can be read. */
export interface DocumentsReport {
  readonly documents: number;
  readonly bindings: number;
  readonly unreadable: readonly UnreadableDocument[];
}

export interface UnreadableDocument {
  readonly path: string;
  readonly message: string;
  /** Not damaged: of a version that this one does not know. */
  readonly isNewer: boolean;
}

/** Reads every document of a store, whole, and its bindings. Changes nothing. Throws `IO_ERROR` when the folder cannot be listed. */
export async function unreadableDocuments(layout: StoreLayout, disk: Disk): Promise<DocumentsReport> {
  await using store = fileSnapshotStore<unknown>({ directory: layout.snapshotsDir, disk });
  const { entries, unreadable } = await store.list();
  const bad = unreadable.map(({ path, error }) => describe(error, path));
  for (const { key } of entries) {
    try {
      await store.load(key);
    } catch (error) {
      if (!isAgentlogError(error)) throw error;
      bad.push(describe(error, "path" in error && typeof error.path === "string" ? error.path : layout.snapshotsDir));
    }
  }
  const options = { file: layout.bindings, quarantineDirectory: layout.quarantineDir, disk };
  try {
    return { documents: entries.length, bindings: (await openBindings(options).list()).length, unreadable: bad };
  } catch (error) {
    if (!isAgentlogError(error)) throw error;
    return { documents: entries.length, bindings: 0, unreadable: [...bad, describe(error, layout.bindings)] };
  }
}

function describe(error: AgentlogError, path: string): UnreadableDocument {
  return { path, message: error.message, isNewer: isAgentlogError(error, "STORE_FORMAT") };
}
