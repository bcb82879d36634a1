export { type Damage, type LogPosition } from "./acceptance.js";
export { type Durability } from "./durability.js";
export {
  type Appended,
  type AppendOptions,
  type EventLog,
  type EventLogOptions,
  type LogStat,
  type Spooled,
  type Stored,
  type StoredEntry,
} from "./contract.js";
export { openEventLog } from "./event-log.js";
export { type FollowOptions } from "./follow.js";
export { type BlobReference, type StoredEvent } from "./line.js";
export { assertStorable, type NewLogEvent } from "./prepare.js";
export { type ReadOptions } from "./read.js";
export { type RepairOptions, type RepairReport } from "./repair.js";
export { type LogHead, type VerifyOptions, type VerifyReport } from "./verify.js";
