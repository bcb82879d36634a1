export { readModelConformance, type ConformanceCase } from "./read-model-conformance.js";
export { given, type Given, type TestEvent } from "./given.js";
