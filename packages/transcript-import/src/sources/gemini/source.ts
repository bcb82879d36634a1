import { type TranscriptSource } from "../../source.js";
import { discoverChats } from "./discover.js";
import { AGENT } from "./event.js";
import { readChat } from "./read.js";

/** Gemini CLI: `${GEMINI_CLI_HOME:-~}/.gemini/tmp/<project>/chats`. */
export const geminiSource: TranscriptSource = {
  agent: AGENT,
  discover: discoverChats,
  read: readChat,
};
