// In a bundle of its own, which only the first capture of a machine loads: a quarter of the code, and hooks pay for its size.
export { openStore } from "@agentlog/durable-fs";
