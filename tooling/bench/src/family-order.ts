import { type Results } from "./figure.js";

/** What a process that measures one family is told. */
export interface FamilyOrder {
  readonly family: string;
  readonly folder: string;
  readonly fixtures: string;
  readonly quick: boolean;
  readonly sessions: number;
  /** The file its report goes to. */
  readonly report: string;
}

/** What it answers. */
export interface FamilyReport extends Results {
  /** How often it waited until the machine was quiet, and how often it went on without. */
  readonly waits: number;
  readonly gaveUp: number;
}
