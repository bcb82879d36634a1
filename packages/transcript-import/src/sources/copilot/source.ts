import { type TranscriptSource } from "../../source.js";
import { discoverEvents } from "./discover.js";
import { readEvents } from "./read.js";
import { AGENT } from "./record.js";

/** Copilot CLI: `${COPILOT_HOME:-~/.copilot}/session-state`. */
export const copilotSource: TranscriptSource = {
  agent: AGENT,
  discover: discoverEvents,
  read: readEvents,
};
