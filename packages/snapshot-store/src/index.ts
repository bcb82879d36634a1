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
export {
  type Binding,
  type Bindings,
  type BindOptions,
  type BindResult,
  type StaleOptions,
} from "./bindings/contract.js";
export { derivedSession } from "./bindings/entries.js";
export { type Judge, type SnapshotCore, type Write } from "./core.js";
export { defineSnapshotStore } from "./define-store.js";
export { fileSnapshotStore, type FileSnapshotStoreOptions } from "./file/file-store.js";
export { memorySnapshotStore, type MemorySnapshotStoreOptions } from "./memory-store.js";
export { pageOf } from "./order.js";
export { createSessionFold, type SessionFold, type SessionFoldOptions } from "./recorder/fold.js";
export { type FoldedEvent } from "./recorder/event-fields.js";
export { loopChain, loopCycles, type LoopChain } from "./recorder/loop-chain.js";
export {
  describeSession,
  sessionRecorder,
  type Checkpoint,
  type SessionRecorder,
  type SessionRecorderOptions,
} from "./recorder/recorder.js";
