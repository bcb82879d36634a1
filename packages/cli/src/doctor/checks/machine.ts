import { dirname } from "node:path";
import { describeFileSystem, type Disk } from "@agentlog/durable-fs";
import { byteSize } from "../../text/time.js";
import { type Check, type Examined, type Found } from "../finding.js";
import { type Subject } from "../subject.js";

// What the store stands on: its file system, the space on it, and this Node.

/** A session of a day has some tens of megabytes; less than this is soon used up, by whatever else writes there too. */
const LEAST_BYTES = 100_000_000;
/** Each session takes a handful of files. */
const LEAST_FILES = 1_000;
/** The `engines` of this package. */
const OLDEST_NODE = "20.19.0";
/** The first that has SQLite without a flag. */
const SQLITE_NODE = "22.13.0";

export const fileSystemCheck: Check = {
  name: "file system",
  ofStore: false,
  examine: (subject) => {
    const place = placeOf(subject);
    if (place === undefined) return { summary: "not known", findings: [] };
    const { kind, name } = describeFileSystem(place, { disk: subject.disk });
    const summary = name === undefined ? kind : `${kind}, ${name}`;
    return { summary, findings: kind === "network" ? [network(place, name)] : [], facts: { kind, name } };
  },
};

function network(place: string, name: string | undefined): Found {
  return {
    severity: "problem",
    what: `the store is on a network file system${name === undefined ? "" : ` (${name})`}`,
    where: place,
    why: "appends and locks are not atomic there: writers on two machines can damage a log",
    advice: "use it from one machine at a time, or set AGENTLOG_HOME to a local folder",
  };
}

export const spaceCheck: Check = {
  name: "free space",
  ofStore: false,
  examine: (subject) => {
    const place = placeOf(subject);
    if (place === undefined) return { summary: "not known", findings: [] };
    const { bavail, bsize, files, ffree } = subject.disk.statfsSync(place);
    const bytes = bavail * bsize;
    const findings: Found[] = [];
    if (bytes < LEAST_BYTES) findings.push(full(place, `only ${byteSize(bytes)} are free where the store is`));
    // File systems without a fixed number of files say 0 of 0.
    if (files > 0 && ffree < LEAST_FILES) findings.push(full(place, `only ${ffree} more files fit where the store is`));
    return { summary: byteSize(bytes), findings, facts: { bytes, files: ffree } };
  },
};

function full(where: string, what: string): Found {
  const why = "when it is full, nothing is recorded any more: appends fail and hooks lose their payloads";
  return { severity: "problem", what, where, why, advice: "free some space; agentlog itself deletes nothing" };
}

/** The store, or the nearest folder above it that is there. */
function placeOf({ resolved, disk }: Subject): string | undefined {
  if (resolved === undefined) return undefined;
  let place = resolved.root;
  while (!isThere(place, disk) && dirname(place) !== place) place = dirname(place);
  return place;
}

function isThere(path: string, disk: Disk): boolean {
  try {
    return disk.statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

export const nodeCheck: Check = {
  name: "node",
  ofStore: false,
  examine: ({ nodeVersion }): Examined => {
    const found = { where: process.execPath, advice: "nodejs.org has newer ones" };
    if (isOlder(nodeVersion, OLDEST_NODE)) {
      const what = `Node ${nodeVersion} is older than agentlog supports`;
      const why = `it is made for Node ${OLDEST_NODE} and newer`;
      return { summary: nodeVersion, findings: [{ ...found, severity: "problem", what, why }] };
    }
    if (!isOlder(nodeVersion, SQLITE_NODE)) return { summary: `${nodeVersion}, with SQLite`, findings: [] };
    const what = `Node ${nodeVersion} has no SQLite`;
    const why = `find is slower in large stores than with Node ${SQLITE_NODE} and newer; the answers are the same`;
    return { summary: nodeVersion, findings: [{ ...found, severity: "note", what, why }] };
  },
};

function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split(".").map((part) => Number.parseInt(part, 10)));
  const at = (a ?? []).findIndex((part, index) => part !== b?.[index]);
  return at !== -1 && (a?.[at] ?? 0) < (b?.[at] ?? 0);
}
