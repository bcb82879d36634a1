import { open } from "node:fs/promises";
import { constants } from "node:fs";
import { type JsonObject, type JsonValue } from "@agentlog/types";
import { isObject } from "../../records/fields.js";

const LARGEST_BYTES = 256 * 1024;

/** What Claude Code keeps beside a sub-agent's transcript, `agent-<id>.meta.json`; undefined where there is none that can be read. */
export async function readSubAgentMeta(transcript: string): Promise<JsonObject | undefined> {
  const path = transcript.replace(/\.jsonl$/, ".meta.json");
  if (path === transcript) return undefined;
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    try {
      const { size } = await file.stat();
      if (size > LARGEST_BYTES) return undefined;
      const value = JSON.parse(await file.readFile("utf8")) as JsonValue;
      return isObject(value) ? value : undefined;
    } finally {
      await file.close();
    }
  } catch {
    // It only adds to what the transcript says.
    return undefined;
  }
}
