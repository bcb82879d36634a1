// A record is read and written whole, so what an agent can make grow is bounded; what is over is in the log all the same.

/** Heads beyond the first 100 are the latest ones: a fork copies from the last compaction on. */
export const MOST_HEADS = 200;
export const MOST_TRANSCRIPTS = 50;
export const MOST_SUB_AGENTS = 200;
export const MOST_TITLES = 20;
export const MOST_LABELS = 100;
/** Merges of which a record remembers what it was before them: those are undone without a trace. */
export const MOST_MERGES = 20;
/** Characters of an alias, a task or a project. */
export const LONGEST_LABEL = 200;
/** Characters of a title. */
export const LONGEST_TITLE = 500;
/** Characters of a path, an id or a branch: what is longer is not stored. And of a reason. */
export const LONGEST_TEXT = 4096;
