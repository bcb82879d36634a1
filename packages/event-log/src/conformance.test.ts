import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, it } from "vitest";
import { openEventLog } from "./index.js";
import { logConformance } from "./testing/index.js";

const dir = mkdtempSync(join(tmpdir(), "agentlog-"));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe("openEventLog conforms to the event log's rules", () => {
  for (const { name, run } of logConformance((log) => openEventLog(join(dir, log, "events.jsonl")))) it(name, run);
});
