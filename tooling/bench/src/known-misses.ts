const PREPARING =
  "a quarter of an event is the plain copy, the checks and its JSON, a fifth the line with checksum and chain hash, a fifth the write, a sixth the lock of each group; the rest is promises and the collector";
const READING =
  "JSON.parse and making a string of each line are half of it; the rest is the checksum, the depth check, the acceptance rule and a copy of each line's bytes";
const MEMORY =
  "63 MB are Node with the package loaded; the young generation grows with the parsed events of whole pieces (146 MB as it is, 93 MB with --max-semi-space-size=1)";
const HANDOVER =
  "each process awaits its own event, so each few events are a handover of the lock: sixteen processes on two cores look every few milliseconds whether it is free, and each that gets it first reads what the others wrote; the renames of the lock are a fifth of the time";

const PIPE =
  "what Node's spawn calls a pipe is a socket, and a blocked read of one cannot be left on Node 20: process.stdin reads it, whose loading takes 4 ms; a real pipe is polled on Linux and needs none of it";
const FIND =
  "the records that a search meets are read and judged one by one, the latest first; full text in the order of progress would spare most of them";

/**
 * Why a figure misses its limit: where the time goes, from a profile (`node --cpu-prof`, `strace -c`) and not from a guess. A
 * run prints a miss without a cause here, and a cause here for a figure that reaches its limit, so that this list is neither
 * too short nor out of date.
 */
export const KNOWN_MISSES: Readonly<Record<string, string>> = {
  "append-batched": PREPARING,
  "append-batched-sqlite": PREPARING,
  "append-awaited-bare":
    "beside the lock and the write an append makes five stats: of the spool, of the log before, right before and after the write, of its hold on the lock (the format's safety asks for them); and it makes an id, a plain copy, a checksum and a chain hash",
  "contention-rate": HANDOVER,
  "contention-worst":
    "a process that had waited while others wrote read what was new under the lock, all sixteen one after another; since this run they read it before they ask for the lock (1.1 s in three rounds)",
  "append-disk-awaited":
    "the lock and the checks around it take 50 µs beside a sync of 170: the limit is for disks whose sync takes a millisecond",
  "hook-empty-pipe": PIPE,
  "hook-waiting-pipe": PIPE,
  "cli-find-rare": FIND,
  "cli-find-common": FIND,
  "read-tail-batched":
    "a batch counts whole or not at all, so the last two batches of 1,000 are read and decoded: reading a log of just those two takes as long",
  "read-parse": READING,
  "read-readline": READING,
  "read-parse-2k": READING,
  "read-readline-2k": READING,
  "read-memory": MEMORY,
  "read-memory-600": MEMORY,
  rebuild:
    "two thirds of it are in the SQLite store: a session has about fifteen index entries and its words beside its record, and parsing a line is 2 % of what folding it takes",
  "snapshot-save":
    "JSON.stringify alone takes two to three times as long as to write, sync and rename what it makes; with it on both sides see `snapshot-save-json`",
};
