export { HOSTILE_KEYS, snapshotConformance, type ConformanceCase, type Note } from "./conformance.js";
