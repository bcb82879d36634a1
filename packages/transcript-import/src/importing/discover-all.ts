import { realpath } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { type SkippedPath } from "../files/search.js";
import { type DiscoverOptions, type FoundFile, type TranscriptSource } from "../source.js";

/** A file as one source sees it. */
export interface Reading {
  readonly source: TranscriptSource;
  readonly file: FoundFile;
}

/** A file, and the sources that may know what it is, in order. */
export interface Candidate {
  readonly path: string;
  readonly bytes: number;
  readonly readings: readonly Reading[];
}

export interface Discovered {
  readonly candidates: readonly Candidate[];
  readonly skipped: readonly SkippedPath[];
}

/** What there is to import, as all sources see it. A path that a person named and that none of them takes is skipped. */
export async function discoverAll(
  sources: readonly TranscriptSource[],
  options: DiscoverOptions,
  signal: AbortSignal | undefined,
): Promise<Discovered> {
  const readings = new Map<string, Reading[]>();
  const skipped: SkippedPath[] = [];
  for (const source of sources) {
    signal?.throwIfAborted();
    const found = await source.discover(options);
    skipped.push(...found.skipped);
    for (const file of found.files) {
      const known = readings.get(file.path);
      if (known === undefined) readings.set(file.path, [{ source, file }]);
      else known.push({ source, file });
    }
  }
  const met = [...readings.keys(), ...skipped.map(({ path }) => path)];
  for (const path of options.paths ?? []) {
    if (!(await isMet(path, met))) skipped.push({ path, reason: "no-transcript" });
  }
  const candidates = [...readings].map(([path, all]) => ({ path, bytes: all[0]!.file.bytes, readings: all }));
  return { candidates, skipped };
}

/** True when something at the path, or below it, was found. */
async function isMet(path: string, met: readonly string[]): Promise<boolean> {
  const named = resolve(path);
  const real = await realpath(named).catch(() => named);
  const below = real.endsWith(sep) ? real : real + sep;
  return met.some((one) => one === path || one === real || one.startsWith(below));
}
