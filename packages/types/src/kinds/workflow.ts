import type { JsonObject } from "../json.js";
import type { Outcome } from "./session.js";

/** A group of steps that may run at the same time begins. */
export type TierStarted = {
  /** 0 for the first tier. */
  tier: number;
  name?: string;
  /** The names of its steps. */
  steps?: readonly string[];
};

/** All steps of a tier are over. */
export type TierCompleted = {
  tier: number;
  name?: string;
  outcome: Outcome;
  durationMs: number;
};

/** A step begins: a command, a prompt to a model, or both. */
export type StepStarted = {
  /** The step's name, unique in its workflow. */
  step: string;
  tier?: number;
  /** 1 for the first attempt, which is also the default. */
  attempt?: number;
  /** The program and its arguments, one string each, no shell quoting. */
  command?: readonly string[];
  /** The beginning of the prompt. */
  prompt?: string;
  agent?: string;
  model?: string;
  cwd?: string;
};

/** One line a step printed, without its line end. */
export type StepOutput = {
  step: string;
  stream: "stdout" | "stderr";
  text: string;
  /** True when the line was cut; absent for a whole line. */
  partial?: true;
  attempt?: number;
};

/** A step went well. */
export type StepCompleted = {
  step: string;
  attempt?: number;
  /** 0 to 255; absent for a step that is no process. */
  exitCode?: number;
  durationMs: number;
  /** Variables it saved for later steps, by name. */
  saved?: JsonObject;
};

/** One attempt of a step failed. */
export type StepFailed = {
  step: string;
  /** 1 for the first. */
  attempt: number;
  error: string;
  exitCode?: number;
  /** Such as `SIGKILL`. */
  signal?: string;
  durationMs?: number;
  /** True when another attempt follows. */
  retrying?: boolean;
};

/** A step was not run. */
export type StepSkipped = {
  step: string;
  reason: string;
  tier?: number;
};
