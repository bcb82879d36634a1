import { statSync } from "node:fs";
import { anyEventSchema } from "@agentlog/types/schemas";
import { expect } from "vitest";
import { type ImportedEvent, type ReadStep, type RecordFacts, type TranscriptSource } from "../source.js";

/** What was read of a file. */
export interface Reading {
  readonly steps: readonly ReadStep[];
  readonly records: readonly Extract<ReadStep, { kind: "record" }>[];
  readonly events: readonly ImportedEvent[];
  readonly facts: readonly RecordFacts[];
}

/** Reads a file; each event must be one that the vocabulary knows. */
export async function readWhole(source: TranscriptSource, path: string): Promise<Reading> {
  const steps: ReadStep[] = [];
  for await (const step of source.read({ path, bytes: statSync(path).size })) steps.push(step);
  const records = steps.filter((step) => step.kind === "record");
  const events = records.flatMap((step) => step.events);
  for (const one of events) expect(anyEventSchema.safeParse({ seq: 0, ...one }).error?.issues).toBeUndefined();
  return { steps, records, events, facts: records.flatMap(({ facts }) => facts ?? []) };
}
