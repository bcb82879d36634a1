import { type Declare } from "../program.js";

/** The commands about whole documents and bindings. */
export function declareDocuments({ group, action }: Declare): void {
  const snapshot = group("snapshot", "keep whole documents: get, put, ls, rm, history");
  snapshot("get <key>", "print a document", "agentlog snapshot get room-7 > room-7.json")
    .option("--version <n>", "that version instead of the latest")
    .action(action(async () => (await import("../commands/snapshot.js")).snapshotGet));
  snapshot("put <key>", "store the document on stdin", "agentlog snapshot put room-7 --if-version 3 < room-7.json")
    .option("--if-version <n>", "only if this is the stored version; 0 for none")
    .action(action(async () => (await import("../commands/snapshot.js")).snapshotPut));
  snapshot("ls", "list documents, the latest first", "agentlog snapshot ls --owner claude")
    .option("--owner <id>", "only those with this agentId")
    .option("--limit <n>", "at most this many", "50")
    .option("--cursor <cursor>", "go on after a list that said where to")
    .action(action(async () => (await import("../commands/snapshot.js")).snapshotList));
  snapshot("rm <key>", "remove a document and its kept versions", "agentlog snapshot rm room-7")
    .option("--if-version <n>", "only if this is the stored version")
    .action(action(async () => (await import("../commands/snapshot.js")).snapshotRemove));
  snapshot("history <key>", "list the versions of a document that are kept", "agentlog snapshot history room-7").action(
    action(async () => (await import("../commands/snapshot.js")).snapshotHistory),
  );
  const binding = group("binding", "which native session a conversation goes on with: get, set, ls, rm, gc");
  binding("get <room> <agent>", "print the native session", "agentlog binding get room-7 claude").action(
    action(async () => (await import("../commands/binding.js")).bindingGet),
  );
  binding(
    "set <room> <agent> [session]",
    "bind a conversation to a native session; without one, to an id derived from both",
    "agentlog binding set room-7 claude",
  )
    .option("--replace", "also when it is bound to another one")
    .action(action(async () => (await import("../commands/binding.js")).bindingSet));
  binding("ls", "list bindings, the latest used first", "agentlog binding ls --room room-7")
    .option("--room <room>", "only this room's")
    .action(action(async () => (await import("../commands/binding.js")).bindingList));
  binding("rm <room> <agent>", "unbind a conversation", "agentlog binding rm room-7 claude").action(
    action(async () => (await import("../commands/binding.js")).bindingRemove),
  );
  binding("gc", "remove bindings that were not used for long", "agentlog binding gc --older-than 7d --dry-run")
    .requiredOption("--older-than <time>", "not used for so long: 12h, 7d, 2w")
    .option("--dry-run", "say what would be removed, and remove nothing")
    .action(action(async () => (await import("../commands/binding.js")).bindingGc));
}
