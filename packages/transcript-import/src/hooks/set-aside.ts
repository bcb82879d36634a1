import { join } from "node:path";
import { type Disk, makePrivateDirectory, replaceFile, type Spool, type StoreLayout } from "@agentlog/durable-fs";

/** An entry that was not taken into any log. */
export interface SetAside {
  readonly entry: string;
  readonly reason: string;
  /** Where its bytes are now. */
  readonly path: string;
}

/**
 * Moves an entry to `quarantine/hooks/<entry>.<reason>`, for a person to look at. The copy comes first: whoever dies in between
 * leaves both, and the next one makes the same copy again.
 */
export function setAside(
  { quarantineDir }: StoreLayout,
  spool: Spool,
  entry: { readonly name: string; readonly bytes: Buffer },
  reason: string,
  disk: Disk,
): SetAside {
  const directory = join(quarantineDir, "hooks");
  makePrivateDirectory(directory, { disk });
  const path = join(directory, `${entry.name}.${reason}`);
  replaceFile(path, entry.bytes, { disk });
  spool.remove(entry.name);
  return { entry: entry.name, reason, path };
}
