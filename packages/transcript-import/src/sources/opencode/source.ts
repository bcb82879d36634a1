import { type TranscriptSource } from "../../source.js";
import { discoverTranscripts } from "./discover.js";
import { AGENT } from "./event.js";
import { readTranscript } from "./read.js";

/** OpenCode: `${XDG_DATA_HOME:-~/.local/share}/opencode`, its tree of JSON files and its database. */
export const opencodeSource: TranscriptSource = {
  agent: AGENT,
  discover: discoverTranscripts,
  read: readTranscript,
};
