import fs from "node:fs";
import path from "node:path";
import { KEYS, type Tally } from "./storm-orders.js";

/** A document as one stores it first: its version within it, read, changed, and written in place. */
export interface NaiveDocument extends Tally {
  readonly version: number;
}

export function naivePath(directory: string, key: string): string {
  return path.join(directory, `${KEYS.indexOf(key)}.json`);
}

/** Throws for a document that is cut short, as everybody's does. */
export function updateNaively(
  directory: string,
  key: string,
  change: (document: Tally | undefined) => Tally,
  beforeWrite: () => void,
): number {
  const file = naivePath(directory, key);
  const current = readNaively(file);
  const next: NaiveDocument = { ...change(current), version: (current?.version ?? 0) + 1 };
  beforeWrite();
  fs.writeFileSync(file, JSON.stringify(next));
  return next.version;
}

export function readNaively(file: string): NaiveDocument | undefined {
  return fs.existsSync(file) ? (JSON.parse(fs.readFileSync(file, "utf8")) as NaiveDocument) : undefined;
}
