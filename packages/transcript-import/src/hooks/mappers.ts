import { mapClaudeHook } from "./claude.js";
import { mapCodexHook } from "./codex.js";
import { mapCopilotHook } from "./copilot.js";
import { mapGeminiHook } from "./gemini.js";
import { type HookMapper } from "./mapped.js";
import { mapOpencodeHook } from "./opencode.js";

/** By the name of the agent in `agentlog hook <agent>`. A Map, because an agent may be called "constructor". */
export const hookMappers: ReadonlyMap<string, HookMapper> = new Map([
  ["claude", mapClaudeHook],
  ["codex", mapCodexHook],
  ["gemini", mapGeminiHook],
  ["opencode", mapOpencodeHook],
  ["copilot", mapCopilotHook],
]);
