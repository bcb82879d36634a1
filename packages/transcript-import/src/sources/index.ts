import { type TranscriptSource } from "../source.js";
import { claudeSource } from "./claude/source.js";

/** Every agent whose transcripts can be read. One more is one more folder here and one more name in this list. */
export const transcriptSources: readonly TranscriptSource[] = [claudeSource];
