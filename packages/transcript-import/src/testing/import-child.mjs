// One import in a process of its own. Arguments: the store's folder, then the transcripts. Prints the report's figures.
import { join } from "node:path";
import { openEventLog } from "@agentlog/event-log";
import { importTranscripts } from "@agentlog/transcript-import";

const [root, ...paths] = process.argv.slice(2);
const openSessionLog = (session) => openEventLog(join(root, session, "events.jsonl"), { oversize: "spill" });
const { perFile: _, ...figures } = await importTranscripts({ openSessionLog, paths });
console.log(JSON.stringify({ ...figures, maxRssMb: process.resourceUsage().maxRSS / 1024 }));
