import { join } from "node:path";
import { toSafeSegment } from "../names/safe-segment.js";

/** Where one session's files are. */
export interface SessionLayout {
  readonly dir: string;
  readonly events: string;
  readonly presence: string;
  readonly snapshot: string;
  /** Directory; a blob's file is its SHA-256. */
  readonly blobs: string;
  /** Directory of what was captured for this session and not yet appended. */
  readonly spool: string;
}

/** Where a store's files are. */
export interface StoreLayout {
  readonly root: string;
  readonly storeFile: string;
  readonly sessionsDir: string;
  readonly registryDir: string;
  /** Directory of whole documents by key. */
  readonly snapshotsDir: string;
  readonly quarantineDir: string;
  readonly spoolDir: string;
  /** Directory of the hook payloads that were captured and not yet appended. No session's: their ids begin otherwise. */
  readonly hookSpool: string;
  /** File. */
  readonly bindings: string;
  /** Any string is an id here; it becomes one path segment through `toSafeSegment` and cannot leave the store. */
  session(id: string): SessionLayout;
}

/** The paths of a store. Pure: nothing is read or made. */
export function storeLayout(root: string): StoreLayout {
  const sessionsDir = join(root, "sessions");
  const spoolDir = join(root, "spool");
  return {
    root,
    storeFile: join(root, "store.json"),
    sessionsDir,
    registryDir: join(root, "registry"),
    snapshotsDir: join(root, "snapshots"),
    quarantineDir: join(root, "quarantine"),
    spoolDir,
    hookSpool: join(spoolDir, "hooks"),
    bindings: join(root, "bindings.json"),
    session(id) {
      const segment = toSafeSegment(id);
      const dir = join(sessionsDir, segment);
      return {
        dir,
        events: join(dir, "events.jsonl"),
        presence: join(dir, "presence.json"),
        snapshot: join(dir, "snapshot.json"),
        blobs: join(dir, "blobs"),
        spool: join(spoolDir, segment),
      };
    },
  };
}
