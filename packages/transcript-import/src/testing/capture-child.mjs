// Captures calls of one process: arguments are the store's root, a name for it, and how many.
import { openSpool, storeLayout } from "@agentlog/durable-fs";

const [root, name, count] = process.argv.slice(2);
const spool = openSpool(storeLayout(root).hookSpool, { durable: false });
for (let n = 0; n < Number(count); n++) {
  const payload = { session_id: `s${n % 3}`, hook_event_name: "Stop", last_assistant_message: `${name}-${n}` };
  const call = { v: 1, agent: "claude", received: new Date().toISOString(), payload: JSON.stringify(payload) };
  spool.put(Buffer.from(JSON.stringify(call)));
}
