import path from "node:path";
import { type Disk, type Lock, type StoreLayout } from "@agentlog/durable-fs";
import { fileStore, type OpenReadModelStore, openReadModel } from "@agentlog/projection";
import { openRegistry, type SessionRegistry } from "@agentlog/session-registry";

export interface OpenForLab {
  readonly kind: "file" | "sqlite";
  readonly disk?: Disk;
  readonly lock?: Lock;
  readonly durability?: "disk";
  /** Instead of the one of that kind. */
  readonly readModels?: OpenReadModelStore;
}

/** So few, that the files of the model are written, merged and swept all the time. */
const FLUSH_EVENTS = 4;

/** A registry as the lab opens it: patient, and with a read model that goes to the disk early. */
export function openLabRegistry(layout: StoreLayout, { kind, ...options }: OpenForLab): SessionRegistry {
  const { disk } = options;
  const directory = layout.registryDir;
  const readModels =
    kind === "file"
      ? fileStore({ path: path.join(directory, "checkpoints"), flushEvents: FLUSH_EVENTS, disk })
      : openReadModel({ directory, kind, disk });
  return openRegistry({ layout }, { readModels, lockTimeoutMs: 60_000, ...options });
}
