const PREPARING =
  "a quarter of an event is the plain copy, the checks and its JSON, a fifth the line with checksum and chain hash, a fifth the write, a sixth the lock of each group; the rest is promises and the collector";
const READING =
  "JSON.parse and making a string of each line are half of it; the rest is the checksum, the depth check, the acceptance rule and a copy of each line's bytes";
const MEMORY =
  "63 MB are Node with the package loaded; the young generation grows with the parsed events of whole pieces (146 MB as it is, 93 MB with --max-semi-space-size=1)";
const HANDOVER =
  "each process awaits its own event, so each event is a handover of the lock: two thirds of a process's time it sleeps between two tries (0.5 to 7 ms), a third is spent in renames that fail because another one holds it";

/**
 * Why a figure misses its limit: where the time goes, from a profile (`node --cpu-prof`, `strace -c`) and not from a guess. A
 * run prints a miss without a cause here, and a cause here for a figure that reaches its limit, so that this list is neither
 * too short nor out of date.
 */
export const KNOWN_MISSES: Readonly<Record<string, string>> = {
  "append-batched": PREPARING,
  "append-batched-sqlite": PREPARING,
  "append-awaited-bare":
    "an awaited append makes 10 system calls where lock, write and unlock make 5: four more stats, and reading a spool folder that is not there, whose error alone takes a seventh of it",
  "contention-rate": HANDOVER,
  "contention-fairness": HANDOVER,
  "read-tail-batched":
    "each step of the binary search needs one whole batch to stand on, so it reads and decodes up to 1 MB, thirteen times over",
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
