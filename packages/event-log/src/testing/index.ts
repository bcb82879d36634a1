export { logConformance, type ConformanceCase } from "./log-conformance.js";
