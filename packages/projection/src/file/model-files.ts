import { randomBytes } from "node:crypto";
import fs from "node:fs";
import { join } from "node:path";
import { setImmediate as turn } from "node:timers/promises";
import {
  type Disk,
  errnoOf,
  type HeldLock,
  openPrivateFile,
  replaceFile,
  sweepTemporaryFiles,
} from "@agentlog/durable-fs";
import { agentlogError } from "@agentlog/types";
import { damaged } from "./damage.js";
import { createKeyFilter, type KeyFilter } from "./key-filter.js";
import { type Manifest, readManifest, writeManifest } from "./manifest.js";
import { openSegment, type Segment, type SegmentPlan } from "./segment.js";
import { segmentBytes, type SegmentContent } from "./write-segment.js";

/** A model's folder at one moment: its manifest and the open segments that it names. */
export interface Snapshot {
  readonly stamp: string;
  readonly manifest: Manifest;
  readonly segments: readonly Segment[];
}

/** The files of one model. Segments are never changed; the manifest is replaced. */
export interface ModelFiles {
  /** Changes whenever the manifest does. */
  stamp(): string;
  /** What is there; segments that `known` has open already are taken from it. */
  open(known: Snapshot | undefined): Snapshot;
  /** `count`: how many records it has at most. */
  writeSegment(content: SegmentContent, count: number): SegmentPlan;
  /** Writes what is made of other segments; other code runs in between. Undefined when `isOver` said so. */
  writeMerged(
    content: SegmentContent,
    sources: readonly SegmentPlan[],
    isOver: () => boolean,
  ): Promise<SegmentPlan | undefined>;
  /** Puts a manifest in place, unless the lock is lost or another one is there than the one it was made from. */
  replaceManifest(manifest: Manifest, from: Snapshot, held: HeldLock): void;
  /** Removes segments that the manifest does not name. Only the holder of the lock makes and removes any. */
  sweep(manifest: Manifest): void;
}

const MANIFEST = "manifest.json";
const OPEN_ATTEMPTS = 5;

export function createModelFiles(disk: Disk, directory: string): ModelFiles {
  const manifestPath = join(directory, MANIFEST);

  const stamp = (): string => {
    const stats = disk.lstatSync(manifestPath, { throwIfNoEntry: false });
    return stats === undefined ? "none" : `${stats.ino} ${stats.size} ${stats.mtimeMs}`;
  };

  const openAll = (manifest: Manifest, known: Snapshot | undefined): readonly Segment[] | undefined => {
    const opened: Segment[] = [];
    const open = new Map(known?.segments.map((segment) => [segment.plan.file, segment]));
    try {
      for (const plan of manifest.segments) {
        const kept = open.get(plan.file);
        const segment = kept ?? openSegment(disk, join(directory, plan.file), plan, filters.get(plan.file));
        if (segment === undefined) return closeNew(opened, open);
        opened.push(segment);
      }
      return opened;
    } catch (error) {
      closeNew(opened, open);
      throw error;
    }
  };

  /** Of the segments that were written here. */
  const filters = new Map<string, KeyFilter>();

  /** Only where all the keys are known. */
  const filterOf = (file: string, counts: readonly (number | undefined)[]): KeyFilter | undefined => {
    if (counts.includes(undefined)) return undefined;
    const filter = createKeyFilter(counts.reduce<number>((sum, count) => sum + (count ?? 0), 0));
    filters.set(file, filter);
    return filter;
  };

  const newName = (): string => `${Date.now().toString(16)}-${randomBytes(6).toString("hex")}.jsonl`;

  return {
    stamp,
    open: (known) => {
      for (let attempt = 1; ; attempt++) {
        const before = stamp();
        const manifest = readManifest(disk, manifestPath);
        const segments = openAll(manifest, known);
        if (segments !== undefined) return { stamp: before, manifest, segments };
        // A merge has removed a segment since the manifest was read: there is another one then.
        if (attempt === OPEN_ATTEMPTS || stamp() === before) throw damaged(directory);
      }
    },
    writeSegment: (content, count) => {
      const file = newName();
      const { pieces, plan } = segmentBytes(file, content, filterOf(file, [count]));
      replaceFile(join(directory, file), pieces, { disk });
      return plan();
    },
    writeMerged: async (content, sources, isOver) => {
      const file = newName();
      const path = join(directory, file);
      const counts = sources.map((source) => filters.get(source.file)?.capacity);
      const { pieces, plan } = segmentBytes(file, content, filterOf(file, counts));
      const { O_WRONLY, O_CREAT, O_EXCL } = fs.constants;
      const fd = openPrivateFile(path, { flags: O_WRONLY | O_CREAT | O_EXCL, disk });
      let isWhole = false;
      try {
        for (const piece of pieces) {
          if (isOver()) return undefined;
          if (disk.writeSync(fd, piece, 0, piece.length, null) !== piece.length) throw shortWrite(path);
          await turn();
        }
        disk.fsyncSync(fd);
        isWhole = true;
        return plan();
      } finally {
        disk.closeSync(fd);
        if (!isWhole) removeQuietly(disk, path);
      }
    },
    replaceManifest: (manifest, from, held) =>
      writeManifest(disk, manifestPath, manifest, () => {
        if (held.stillHeld() && stamp() === from.stamp) return;
        throw agentlogError("LOCK_LOST", `the lock of ${directory} was lost; nothing was written`, { path: directory });
      }),
    sweep: ({ segments }) => {
      const named = new Set(segments.map(({ file }) => file));
      for (const file of filters.keys()) if (!named.has(file)) filters.delete(file);
      for (const name of disk.readdirSync(directory)) {
        if (name.endsWith(".jsonl") && !named.has(name)) removeQuietly(disk, join(directory, name));
      }
      sweepTemporaryFiles(directory, { disk });
    },
  };
}

function closeNew(opened: readonly Segment[], open: ReadonlyMap<string, Segment>): undefined {
  for (const segment of opened) if (!open.has(segment.plan.file)) segment.close();
}

function shortWrite(path: string): Error {
  const message = `writing a read model failed: short write at ${path}; the disk may be full`;
  return agentlogError("IO_ERROR", message, { path, errno: "EIO", syscall: "write" });
}

/** What cannot be removed now is swept later. */
export function removeQuietly(disk: Disk, path: string): void {
  try {
    disk.unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
  }
}
