import { type Run, type Subject } from "../lab/run.js";
import { injectAtEveryCall } from "./injection.js";
import { fillDisk, meetFileSizeLimit, whyNoLimit, whyNoMount } from "./small-disk.js";
import { whyNoTrace } from "./trace.js";
import { type Victim } from "./victim.js";

/** What is done to every package by its victim: a kill and an error at each system call, a full disk, a limit on files. */
export function victimRuns(subject: Subject, victim: Victim): readonly Run[] {
  const atEveryCall = (what: "kill" | "error", weight: number): Run => ({
    subject,
    name: `${what}-at-each-call`,
    weight,
    leastSeconds: 1.5,
    whyNot: whyNoTrace,
    run: ({ seed, seconds }) => injectAtEveryCall(victim, { what, seed, seconds }),
  });
  return [
    atEveryCall("kill", 6),
    atEveryCall("error", 3),
    { subject, name: "full-disk", weight: 0, leastSeconds: 0.7, whyNot: whyNoMount, run: () => fillDisk(victim) },
    {
      subject,
      name: "file-size-limit",
      weight: 0,
      leastSeconds: 0.7,
      whyNot: whyNoLimit,
      run: () => meetFileSizeLimit(victim),
    },
  ];
}
