import { type TranscriptSource } from "../../source.js";
import { discoverRollouts } from "./discover.js";
import { readRollout } from "./read.js";
import { AGENT } from "./record.js";

/** Codex CLI: `sessions` and `archived_sessions` in `${CODEX_HOME:-~/.codex}`. */
export const codexSource: TranscriptSource = {
  agent: AGENT,
  discover: discoverRollouts,
  read: readRollout,
};
