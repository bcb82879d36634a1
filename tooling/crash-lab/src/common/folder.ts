import fs from "node:fs";
import os from "node:os";
import path from "node:path";

/** Runs with a temporary folder that is gone afterwards. */
export async function inFolder<T>(name: string, run: (folder: string) => Promise<T>): Promise<T> {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), `agentlog-${name}-`));
  try {
    return await run(folder);
  } finally {
    fs.rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
