import { appendFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type StoredEvent } from "@agentlog/event-log";
import * as fc from "fast-check";
import { expect } from "vitest";
import { type TranscriptSource } from "../source.js";
import { ownFields, temporaryFolder, testStore } from "./stores.js";

/** Where a file is cut: shares of its bytes. */
export const cuts: fc.Arbitrary<readonly number[]> = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
  maxLength: 5,
});

/** A transcript that is imported while it is written. */
export interface Growth {
  readonly source: TranscriptSource;
  readonly nativeSession: string;
  /** The file's name. */
  readonly name: string;
  readonly bytes: Buffer;
  readonly cuts: readonly number[];
  /** What must be the same of the events. Default: all but a log's own marks. */
  readonly same?: (events: readonly StoredEvent[], path: string) => readonly object[];
}

/** Imports a file twice after each step of its growth: the second time adds nothing, and the log is that of the whole file. */
export async function expectSameLog(growth: Growth): Promise<void> {
  const { source, nativeSession, bytes, same = ownFields } = growth;
  const options = { sources: [source] };
  const folder = temporaryFolder();
  const [grown, whole] = [testStore(join(folder, "grown")), testStore(join(folder, "whole"))];
  const path = join(folder, growth.name);
  const ends = [...growth.cuts.map((share) => Math.floor(share * bytes.length)), bytes.length];
  writeFileSync(path, "");
  let written = 0;
  for (const end of ends.toSorted((a, b) => a - b)) {
    appendFileSync(path, bytes.subarray(written, end));
    written = end;
    await grown.import([path], options);
    expect((await grown.import([path], options)).added).toBe(0);
  }
  const report = await whole.import([path], options);
  const events = await whole.events(nativeSession, source.agent);
  expect(report).toMatchObject({ added: events.length, failedFiles: 0 });
  expect(same(await grown.events(nativeSession, source.agent), path)).toEqual(same(events, path));
}
