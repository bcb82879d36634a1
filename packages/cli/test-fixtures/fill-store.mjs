// Makes every kind of file that a store and an install have, under the umask given as the first argument, and ends.
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { createDirectoryLock, openStore } from "@agentlog/durable-fs";
import { openRegistry } from "@agentlog/session-registry";
import { createSession, openSessionLog } from "@agentlog/session-writer";
import { main } from "../dist/index.js";

// No lock keeps a process alive, and this one waits for one.
const alive = setInterval(() => {}, 60_000);
process.umask(Number.parseInt(process.argv[2], 8));
const bundle = fileURLToPath(new URL("../dist/agentlog.cjs", import.meta.url));
const quiet = { write: () => true, on: () => {}, once: () => {}, isTTY: false };

async function run(args, input = "") {
  const said = [];
  const stderr = { ...quiet, write: (text) => said.push(text) };
  const stdin = Readable.from(input === "" ? [] : [Buffer.from(input)]);
  const code = await main(args, { stdin, stdout: quiet, stderr, env: process.env, cwd: process.cwd() });
  if (code !== 0) throw new Error(`${args.join(" ").slice(0, 80)}: ${code} ${said.join("")}`);
}
const hook = (payload) => spawnSync(process.execPath, [bundle, "hook", "claude"], { input: payload, stdio: "pipe" });

await run(["init", "--store", process.env.AGENTLOG_HOME]);
await run(["append", "s", "--create", "--type", "note.added"]);
// Too large for a line: a blob.
await run(["append", "s", "-"], `${JSON.stringify({ type: "big.one", data: { text: "x".repeat(1_100_000) } })}\n`);
await run(["snapshot", "put", "k"], '{"agentId":"a"}');
await run(["snapshot", "put", "k"], '{"agentId":"b"}');
await run(["binding", "set", "room", "claude"]);
await run(["run", "--no-output", "--", "true"]);
hook(JSON.stringify({ session_id: "native-1", hook_event_name: "SessionStart", source: "startup", cwd: "/tmp" }));
await run(["ls"]);

const store = openStore(process.env.AGENTLOG_HOME);
// Enough for a checkpoint of the registry's index.
const registry = openRegistry(store);
const at = new Date().toISOString();
await registry.seen(
  Array.from({ length: 250 }, (_, n) => ({ agent: "claude", native: `n${n}`, at, title: `title ${n}` })),
);
await registry.close();
await run(["rebuild"]);

// A writer that is alive.
const session = await createSession({ store, name: "alive", stampOnExit: false });
const { events } = store.layout.session(session.id);
// Damage, a repair and what it sets aside; a damaged document, and its copy in quarantine.
fs.appendFileSync(events, "garbage\n");
await run(["repair", session.id]);
fs.writeFileSync(path.join(store.layout.snapshotsDir, "k", "document.json"), "{");
await run(["snapshot", "put", "k"], '{"agentId":"c"}');

// What is captured and not taken in yet, and what was not captured.
hook(JSON.stringify({ session_id: "native-2", hook_event_name: "SessionStart" }));
hook("");

// An event whose log was locked by another: it waits in the spool.
await createDirectoryLock(`${events}.lock`).run(async () => {
  const waiting = openSessionLog(store, session.id, { onLockTimeout: "spool", lockTimeoutMs: 0 });
  const { status } = await waiting.append({ type: "note.added", data: {} });
  if (status !== "spooled") throw new Error(`it was ${status}`);
});
// Settings with a backup and a receipt.
fs.mkdirSync(path.join(process.env.HOME, ".claude"), { mode: 0o700, recursive: true });
fs.chmodSync(path.join(process.env.HOME, ".claude"), 0o700);
fs.writeFileSync(path.join(process.env.HOME, ".claude", "settings.json"), '{"model":"m"}');
fs.chmodSync(path.join(process.env.HOME, ".claude", "settings.json"), 0o600);
await run(["install", "claude"]);
await run(["install", "gemini"]);
clearInterval(alive);
process.exit(0);
