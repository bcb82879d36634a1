export {
  type Change,
  type DocumentOptions,
  type ListOptions,
  type LoadOptions,
  type SaveOptions,
  type Snapshot,
  type SnapshotDocuments,
  type SnapshotEntry,
  type SnapshotPage,
  type SnapshotStore,
  type SnapshotSupport,
  type UnreadableSnapshot,
} from "./contract.js";
export { openBindings, type BindingsOptions } from "./bindings/bindings.js";
export { type Binding, type Bindings, type BindOptions, type BindResult, type StaleOptions } from "./bindings/contract.js";
export { derivedSession } from "./bindings/entries.js";
export { type Judge, type SnapshotCore, type Write } from "./core.js";
export { defineSnapshotStore } from "./define-store.js";
export { fileSnapshotStore, type FileSnapshotStoreOptions } from "./file/file-store.js";
export { memorySnapshotStore, type MemorySnapshotStoreOptions } from "./memory-store.js";
export { pageOf } from "./order.js";
