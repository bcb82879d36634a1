import { type TranscriptSource } from "../source.js";
import { claudeSource } from "./claude/source.js";
import { codexSource } from "./codex/source.js";
import { copilotSource } from "./copilot/source.js";
import { geminiSource } from "./gemini/source.js";
import { opencodeSource } from "./opencode/source.js";

/** Every agent whose transcripts can be read. */
export const transcriptSources: readonly TranscriptSource[] = [
  claudeSource,
  codexSource,
  geminiSource,
  opencodeSource,
  copilotSource,
];
