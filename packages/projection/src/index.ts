export { openCollection, type Collection, type Page } from "./collection.js";
export { defineCollection, defineProjection } from "./define.js";
export type * from "./definition.js";
export { type CaughtUp } from "./fold.js";
export { inspectReadModels, type InspectOptions, type KeptReadModel, type KeptState } from "./inspect.js";
export { type FoldedLog } from "./log.js";
export { memoryStore } from "./memory-store.js";
export { type OpenOptions, type WatchOptions } from "./open-options.js";
export {
  type BadEvent,
  type LogDamage,
  type NotWritten,
  type Problem,
  type SetAside,
  type StaleState,
} from "./problem.js";
export { openProjection, type Projection } from "./projection.js";
export { hasSqlite, sqliteStore, type SqliteStoreOptions } from "./sqlite/sqlite-store.js";
export { fileStore, type FileStoreOptions } from "./file/file-store.js";
export { openReadModel, type ReadModelOptions } from "./open-read-model.js";
export type * from "./store.js";
export { toWords } from "./words.js";
