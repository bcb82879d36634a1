export type {
  Activity,
  FindFilter,
  ForeignTitle,
  Mutation,
  MutationOptions,
  NativeBinding,
  Outcome,
  ParentEdge,
  Seen,
  SeenPayload,
  SessionRecord,
  SessionRegistry,
  SplitOff,
  TranscriptRecord,
  TreeRow,
} from "./contract.js";
export { type RegistryEvent, type RegistryEventData, type RegistryEventType } from "./events.js";
export { latestOf } from "./fold/collection.js";
export { gatherGit, type GatherGitOptions, type GitAnswer, type GitUnknownReason } from "./git/gather-git.js";
export {
  inspectRegistry,
  type InspectRegistryOptions,
  readRegistry,
  type RegistryContent,
  type RegistryReadModel,
} from "./inspect.js";
export { openRegistry, type RegistryOptions } from "./registry.js";
