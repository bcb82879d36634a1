import { createRandom } from "../common/random.js";
import { type Outcome, type RunSettings } from "../lab/run.js";
import { mostChangesOf, type PowerLossState, powerLossStates } from "./power-loss.js";
import { type SimulatedDisk } from "./simulated-disk.js";

/** A disk as it was right before a call, and what somebody had been promised by then. */
export interface Recorded<Promised> {
  readonly at: string;
  readonly disk: SimulatedDisk;
  readonly promised: Promised;
}

/** Calls that change nothing: a power loss before one leaves what a power loss before the next change does. */
export const READS: readonly string[] = [
  "closeSync",
  "fstatSync",
  "lstatSync",
  "openSync",
  "readSync",
  "readdirSync",
  "readlinkSync",
  "realpathSync",
  "statSync",
  "statfsSync",
];

/** Tears are tried at every so manieth byte. */
const EVERY = 17;
const MOST_PROBLEMS = 10;
/** Of each disk are judged so many states, and then all of them. */
const FIRST = 4;

/**
 * Judges what power losses leave of recorded disks, in the order of the seed, until all states are judged or the time is up.
 */
export async function explorePowerLoss<Promised>(
  recorded: readonly Recorded<Promised>[],
  problemOf: (disk: SimulatedDisk, promised: Promised) => Promise<string | undefined>,
  { seed, seconds }: RunSettings,
): Promise<Outcome> {
  const ends = performance.now() + seconds * 1_000;
  const problems = new Map<string, string>();
  let checked = 0;
  const isOver = (): boolean => performance.now() >= ends || problems.size >= MOST_PROBLEMS;
  const random = createRandom(seed);
  const inOrder = random.shuffle(recorded);

  const judge = async ({ at, promised }: Recorded<Promised>, states: Iterable<PowerLossState>): Promise<void> => {
    for (const { name, disk } of states) {
      if (isOver()) return;
      checked++;
      const problem = await problemOf(disk(), promised).catch((error: unknown) => String(error));
      if (problem !== undefined && !problems.has(problem)) problems.set(problem, `before ${at}, ${name}`);
    }
  };
  for (const one of inOrder) {
    if (isOver()) break;
    const kept = random.below(mostChangesOf(one.disk) + 1);
    await judge(one, random.shuffle([...powerLossStates(one.disk, EVERY, kept)]).slice(0, FIRST));
  }
  for (const one of inOrder) if (!isOver()) await judge(one, powerLossStates(one.disk, EVERY));
  return {
    checked,
    note: isOver() ? "" : "all states",
    problems: [...problems].map(([problem, where]) => `${problem} (${where})`),
  };
}
