import { join } from "node:path";
import { type Disk } from "@agentlog/durable-fs";
import { fileStore } from "./file/file-store.js";
import { hasSqlite, sqliteStore } from "./sqlite/sqlite-store.js";
import { type OpenReadModelStore } from "./store.js";

export interface ReadModelOptions {
  /** Where `read-model.db`, or without SQLite the folder `checkpoints`, is or will be. */
  readonly directory: string;
  /** Default: SQLite where this Node has it. */
  readonly kind?: "sqlite" | "file" | undefined;
  /** Default: Node's `fs`. */
  readonly disk?: Disk | undefined;
}

/** The best place for read models that this Node has: SQLite from 22.13 on, else files. Nothing is opened yet. */
export function openReadModel({ directory, kind, disk }: ReadModelOptions): OpenReadModelStore {
  const chosen = kind ?? (hasSqlite() ? "sqlite" : "file");
  if (chosen === "sqlite") return sqliteStore({ path: join(directory, "read-model.db"), disk });
  return fileStore({ path: join(directory, "checkpoints"), disk });
}
