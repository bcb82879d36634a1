import { realpath } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { type SkippedPath } from "../files/search.js";
import { type DiscoverOptions, type FoundFile, type TranscriptSource } from "../source.js";

/** A file, and the sources that may know what it is, in order. */
export interface Candidate {
  readonly file: FoundFile;
  readonly sources: readonly TranscriptSource[];
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
  const candidates = new Map<string, { readonly file: FoundFile; readonly sources: TranscriptSource[] }>();
  const skipped: SkippedPath[] = [];
  for (const source of sources) {
    signal?.throwIfAborted();
    const found = await source.discover(options);
    skipped.push(...found.skipped);
    for (const file of found.files) {
      const known = candidates.get(file.path);
      if (known === undefined) candidates.set(file.path, { file, sources: [source] });
      else known.sources.push(source);
    }
  }
  const met = [...candidates.keys(), ...skipped.map(({ path }) => path)];
  for (const path of options.paths ?? []) {
    if (!(await isMet(path, met))) skipped.push({ path, reason: "no-transcript" });
  }
  return { candidates: [...candidates.values()], skipped };
}

/** True when something at the path, or below it, was found. */
async function isMet(path: string, met: readonly string[]): Promise<boolean> {
  const named = resolve(path);
  const real = await realpath(named).catch(() => named);
  const below = real.endsWith(sep) ? real : real + sep;
  return met.some((one) => one === path || one === real || one.startsWith(below));
}
