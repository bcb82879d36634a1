// Drains again and again in a process of its own, until it is killed or, with "once", when nothing waits. Arguments: the store's root.
import { storeLayout } from "@agentlog/durable-fs";
import { openEventLog } from "@agentlog/event-log";
import { drainHooks } from "@agentlog/transcript-import/hooks";

const layout = storeLayout(process.argv[2]);
const openSessionLog = (session) =>
  openEventLog(layout.session(session).events, { oversize: "spill", blobDirectory: layout.session(session).blobs });
for (;;) await drainHooks({ layout, openSessionLog, lockTimeoutMs: 5, limit: 20, pendingMs: Infinity });
