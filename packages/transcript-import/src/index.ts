export { type SkippedPath } from "./files/search.js";
export { registerFromLogs, type RegisterFromLogsOptions } from "./importing/from-logs.js";
export { importTranscripts, type ImportOptions, type ImportProgress } from "./importing/import-transcripts.js";
export { type BadLine, type FileReport, type ImportReport } from "./importing/report.js";
export { type OpenSessionLog, type SessionLog } from "./importing/session-log.js";
export {
  type DiscoverOptions,
  type Discovery,
  type FoundFile,
  type ImportedEvent,
  type ReadStep,
  type TranscriptSource,
} from "./source.js";
export { claudeSource } from "./sources/claude/source.js";
export { codexSource } from "./sources/codex/source.js";
export { copilotSource } from "./sources/copilot/source.js";
export { geminiSource } from "./sources/gemini/source.js";
export { opencodeSource } from "./sources/opencode/source.js";
export { transcriptSources } from "./sources/index.js";
export {
  createUsageTotals,
  type ModelUsage,
  type UsageEvent,
  type UsageReport,
  type UsageSum,
  type UsageTotals,
} from "./usage.js";
