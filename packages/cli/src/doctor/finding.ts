import { type Subject } from "./subject.js";

/** Something that is not as it should be, or that somebody may want to know. */
export interface Finding {
  /** The check that found it. */
  readonly check: string;
  /** Only a problem makes the answer of `doctor` no; a note is harmless, or goes away by itself. */
  readonly severity: "problem" | "note";
  /** What was found, in a line. */
  readonly what: string;
  /** A path, or what else tells the place. */
  readonly where: string;
  /** What comes of it. */
  readonly why: string;
  /** A command line that mends it, ready for a POSIX shell. */
  readonly command?: string;
  /** What to know before running it, or what to do where no command mends it. */
  readonly advice?: string;
}

/** A finding as a check tells it. */
export type Found = Omit<Finding, "check">;

/** What a check saw. */
export interface Examined {
  /** In a few words, how it stands. */
  readonly summary: string;
  readonly findings: readonly Found[];
  /** For programs: what the summary was made of. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

/** One thing that is looked at. */
export interface Check {
  readonly name: string;
  /** True when there is nothing to look at without a store. */
  readonly ofStore: boolean;
  examine(subject: Subject): Examined | Promise<Examined>;
}

/** How one check ended. */
export interface Area {
  readonly check: string;
  readonly summary: string;
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly findings: readonly Finding[];
}
