/** One thing the lab does to one package, and the port it does it through: a new run is a new file that exports one. */
export interface Run {
  readonly subject: Subject;
  /** Together with the subject the name that `--only` takes. */
  readonly name: string;
  /** Its share of the lab's time, beside that of the other runs. One that ends before its time is up leaves it to them. */
  readonly weight: number;
  /** Seconds that it takes in any case, however little time there is. Default 0. */
  readonly leastSeconds?: number;
  /** Something that is known to be broken: when it comes through unharmed, the lab is too weak to say anything. */
  readonly isControl?: true;
  /** Why it cannot run here; undefined when it can. */
  readonly whyNot?: () => string | undefined;
  run(settings: RunSettings): Promise<Outcome>;
}

export type Subject = "event-log" | "snapshot-store" | "session-registry" | "session-writer";

export interface RunSettings {
  /** Everything that is left to chance follows from it. */
  readonly seed: number;
  /** Seconds it may take, more or less. */
  readonly seconds: number;
}

/** What came of a run; a figure that it does not have is absent. */
export interface Outcome {
  /** What somebody was told is safe: events, documents, operations. */
  readonly acknowledged?: number;
  /** Of those, what is not there. */
  readonly lost?: number;
  readonly twice?: number;
  readonly outOfOrder?: number;
  readonly kills?: number;
  readonly stops?: number;
  readonly faults?: number;
  /** Sequences or states that were judged. */
  readonly checked?: number;
  /** Of a take-over, or of the next process's work after a kill or a fault. */
  readonly slowestMs?: number;
  readonly note?: string;
  /** Whatever else is wrong, in words. */
  readonly problems: readonly string[];
}

/** Subject and name. */
export function idOf({ subject, name }: Pick<Run, "subject" | "name">): string {
  return `${subject}/${name}`;
}

/** What is wrong with an outcome. */
export function wrongsOf({ lost = 0, twice = 0, outOfOrder = 0, problems }: Outcome): readonly string[] {
  const figures = [
    [lost, "lost"],
    [twice, "there twice"],
    [outOfOrder, "out of order"],
  ] as const;
  return [...figures.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`), ...problems];
}

/** What is wrong with a run: with its outcome; or, of a control, that nothing is. */
export function verdictOn(run: Run, outcome: Outcome): readonly string[] {
  const wrongs = wrongsOf(outcome);
  if (run.isControl !== true) return outcome.acknowledged === 0 ? [...wrongs, "nothing was acknowledged"] : wrongs;
  return wrongs.length > 0 ? [] : ["came through unharmed: the lab is too weak to prove anything"];
}
