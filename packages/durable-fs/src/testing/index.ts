export {
  countingDisk,
  everyFault,
  everyKill,
  faultyDisk,
  type CallCounts,
  type Fault,
  type FaultyDisk,
} from "./faulty-disk.js";
export { lockConformance, type ConformanceCase, type LockProcesses } from "./lock-conformance.js";
