import { type TranscriptSource } from "../../source.js";
import { discoverTranscripts } from "./discover.js";
import { readTranscript } from "./read.js";
import { AGENT } from "./record.js";

/** Claude Code: `${CLAUDE_CONFIG_DIR:-~/.claude}/projects`. */
export const claudeSource: TranscriptSource = {
  agent: AGENT,
  discover: discoverTranscripts,
  read: readTranscript,
};
