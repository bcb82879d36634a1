import { createDirectoryLock, type Disk, makePrivateDirectory } from "@agentlog/durable-fs";
import { isAgentlogError } from "@agentlog/types";
import { join } from "node:path";
import { type RecordCell, toCell } from "../layers/layer.js";
import { createMemoryTable, type MemoryTable } from "../layers/memory-table.js";
import { findCell, readLayers } from "../layers/merge-layers.js";
import { samePosition } from "../position.js";
import { fileAt } from "../set-aside.js";
import { type Change, type FoldPosition, type ReadModelSpec, type ReadModelStore } from "../store.js";
import { contentOfSegments, contentOfTable, planMerge } from "./content.js";
import { NOTHING } from "./manifest.js";
import { createModelFiles, type Snapshot } from "./model-files.js";

/** One model in its folder: segments on disk, and over them a table in memory of what came since. */
export interface FileModel extends Pick<ReadModelStore, "get" | "scan" | "search" | "hits" | "records"> {
  /** Which folder it is, whatever is at its path by now. */
  readonly place: string | undefined;
  position(): FoldPosition | undefined;
  commit(changes: readonly Change[], from: FoldPosition | undefined, to: FoldPosition): boolean;
  clear(): Promise<void>;
  /** Events folded that are only in memory. */
  readonly ahead: number;
  /** Number of files it is made of. */
  readonly segments: number;
  /** Writes what is in memory, if no other process is at it. False when there is still something. */
  flush(): boolean;
  /** Makes one of the newest segments where that is due and they have no more than `maxBytes`. True when it did. */
  merge(maxBytes: number, isOver: () => boolean): Promise<boolean>;
  close(): void;
}

export function createFileModel(disk: Disk, directory: string, spec: ReadModelSpec): FileModel {
  makePrivateDirectory(directory, { disk });
  const place = fileAt(disk, directory);
  const files = createModelFiles(disk, directory);
  const lock = createDirectoryLock(join(directory, "lock"), { disk });
  let disked: Snapshot = files.open(undefined);
  let table: MemoryTable = createMemoryTable(true);
  /** How far the table is; undefined when it is empty. */
  let reached: FoldPosition | undefined;
  /** Cells that were read since the last commit: what is changed was read before. */
  let looked = new Map<string, RecordCell | undefined>();
  /** A manifest that is not followed because the table is further. */
  let passed = disked.stamp;

  const layers = () => [table, ...disked.segments];
  const reads = readLayers(layers);
  const base = (): FoldPosition | undefined => disked.manifest.position;
  const position = (): FoldPosition | undefined => reached ?? base();
  const ahead = (): number => (reached === undefined ? 0 : reached.seq - (base()?.seq ?? -1));

  const adopt = (next: Snapshot): void => {
    const kept = new Set(next.segments);
    for (const segment of disked.segments) if (!kept.has(segment)) segment.close();
    disked = next;
    passed = next.stamp;
    looked = new Map();
  };

  const forgetTable = (): void => {
    table = createMemoryTable(true);
    reached = undefined;
    looked = new Map();
  };

  const follow = (next: Snapshot): void => {
    forgetTable();
    adopt(next);
  };

  /** Takes over what another process has written, unless this one is further. */
  const refresh = (): void => {
    if (files.stamp() === passed) return;
    const next = files.open(disked);
    if ((next.manifest.position?.seq ?? -1) >= (reached?.seq ?? -1)) {
      follow(next);
      return;
    }
    passed = next.stamp;
    const open = new Set(disked.segments);
    for (const segment of next.segments) if (!open.has(segment)) segment.close();
  };

  /** Runs with the folder as it is, or not at all when another process is at it. */
  const locked = (run: Parameters<typeof lock.runSync>[0]): boolean => {
    try {
      lock.runSync(run, { timeoutMs: 0 });
      return true;
    } catch (error) {
      if (isAgentlogError(error, "LOCK_TIMEOUT") || isAgentlogError(error, "LOCK_LOST")) return false;
      throw error;
    }
  };

  const flush = (): boolean => {
    if (reached === undefined) return true;
    const started = base();
    locked((held) => {
      const now = files.open(disked);
      if (!samePosition(now.manifest.position, started)) {
        follow(now);
        return;
      }
      adopt(now);
      const segments = [files.writeSegment(contentOfTable(table, spec.fullText), table.size), ...now.manifest.segments];
      const manifest = { position: reached, segments };
      files.replaceManifest(manifest, now, held);
      follow(files.open(now));
      files.sweep(disked.manifest);
    });
    return reached === undefined;
  };

  const merge = async (maxBytes: number, isOver: () => boolean): Promise<boolean> => {
    const due = (snapshot: Snapshot): number => {
      const bytes = snapshot.manifest.segments.map((plan) => plan.bytes);
      const count = planMerge(bytes);
      return bytes.slice(0, count).reduce((sum, one) => sum + one, 0) <= maxBytes ? count : 0;
    };
    if (due(disked) === 0) return false;
    let isMerged = false;
    try {
      await lock.run(
        async (held) => {
          const now = files.open(undefined);
          try {
            const count = due(now);
            if (count === 0) return;
            const content = contentOfSegments(now.segments.slice(0, count), count === now.segments.length);
            const merged = await files.writeMerged(content, now.manifest.segments.slice(0, count), isOver);
            if (merged === undefined) return;
            const segments = [merged, ...now.manifest.segments.slice(count)];
            files.replaceManifest({ position: now.manifest.position, segments }, now, held);
            isMerged = true;
            files.sweep({ position: now.manifest.position, segments });
          } finally {
            for (const segment of now.segments) segment.close();
          }
        },
        { timeoutMs: 0 },
      );
    } catch (error) {
      if (isAgentlogError(error, "LOCK_TIMEOUT") || isAgentlogError(error, "LOCK_LOST")) return false;
      throw error;
    }
    takeMerged();
    return isMerged;
  };

  /** The same content in other segments does not take anything from the table. */
  const takeMerged = (): void => {
    const next = files.open(disked);
    if (samePosition(next.manifest.position, base())) adopt(next);
    else refresh();
  };

  return {
    ...reads,
    place,
    get: (key) => {
      const cell = findCell(layers(), key);
      looked.set(key, cell);
      return cell?.json === undefined ? undefined : JSON.parse(cell.json);
    },
    position: () => {
      refresh();
      return position();
    },
    get ahead() {
      return ahead();
    },
    get segments() {
      return disked.segments.length;
    },
    commit: (changes, from, to) => {
      refresh();
      if (!samePosition(position(), from)) return false;
      const cells = changes.map(toCell);
      // All of them before the first is put: a damaged file must not leave half of a commit.
      const puts = cells.map((cell) => {
        const { key } = cell;
        return { cell, old: looked.has(key) ? looked.get(key) : findCell(layers(), key) };
      });
      table.put(puts);
      reached = to;
      looked = new Map();
      return true;
    },
    clear: async () => {
      forgetTable();
      await lock.run((held) => {
        adopt(files.open(disked));
        files.replaceManifest(NOTHING, disked, held);
        follow(files.open(disked));
        files.sweep(NOTHING);
      });
    },
    flush,
    merge,
    close: () => {
      for (const segment of disked.segments) segment.close();
    },
  };
}
