import { type Declare } from "../program.js";

/** The commands about whole documents and bindings. */
export function declareDocuments({ group, action }: Declare): void {
  const snapshot = group(
    "snapshot",
    "keep whole JSON documents by key, with their versions: get, put, ls, rm, history",
  );
  snapshot("get <key>", "print a document as JSON", "agentlog snapshot get room-7 > room-7.json")
    .option("--version <n>", "that version instead of the latest")
    .action(action(async () => (await import("../commands/snapshot.js")).snapshotGet));
  snapshot(
    "put <key>",
    "store the JSON document on stdin as a new version",
    "agentlog snapshot put room-7 --if-version 3 < room-7.json",
  )
    .option("--if-version <n>", "only if this is the stored version; 0 for none")
    .action(action(async () => (await import("../commands/snapshot.js")).snapshotPut));
  snapshot("ls", "list documents, the latest first", "agentlog snapshot ls --owner claude")
    .option("--owner <id>", "only documents whose agentId is this")
    .option("--limit <n>", "at most this many", "50")
    .option("--cursor <cursor>", "go on where a list ended that printed this cursor")
    .action(action(async () => (await import("../commands/snapshot.js")).snapshotList));
  snapshot("rm <key>", "remove a document and its kept versions", "agentlog snapshot rm room-7")
    .option("--if-version <n>", "only if this is the stored version")
    .action(action(async () => (await import("../commands/snapshot.js")).snapshotRemove));
  snapshot("history <key>", "list the versions of a document that are kept", "agentlog snapshot history room-7").action(
    action(async () => (await import("../commands/snapshot.js")).snapshotHistory),
  );
  const binding = group("binding", "remember which native session an agent resumes in a room: get, set, ls, rm, gc");
  binding(
    "get <room> <agent>",
    "print the native session of an agent in a room",
    "agentlog binding get room-7 claude",
  ).action(action(async () => (await import("../commands/binding.js")).bindingGet));
  binding(
    "set <room> <agent> [session]",
    "bind room and agent to a native session; without one, to an id made from both",
    "agentlog binding set room-7 claude",
  )
    .option("--replace", "also when they are bound to another one")
    .action(action(async () => (await import("../commands/binding.js")).bindingSet));
  binding("ls", "list bindings, the latest used first", "agentlog binding ls --room room-7")
    .option("--room <room>", "only this room's")
    .action(action(async () => (await import("../commands/binding.js")).bindingList));
  binding(
    "rm <room> <agent>",
    "forget the native session of an agent in a room",
    "agentlog binding rm room-7 claude",
  ).action(action(async () => (await import("../commands/binding.js")).bindingRemove));
  binding("gc", "remove bindings that were not used for long", "agentlog binding gc --older-than 7d --dry-run")
    .requiredOption("--older-than <time>", "not used for so long: 12h, 7d, 2w")
    .option("--dry-run", "say what would be removed, and remove nothing")
    .action(action(async () => (await import("../commands/binding.js")).bindingGc));
}
