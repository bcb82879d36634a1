import { dirname } from "node:path";
import { makePrivateDirectory, sweepTemporaryFiles } from "@agentlog/durable-fs";
import { type Write } from "../core.js";
import { corruptSnapshot, versionConflict } from "../errors.js";
import { keepAs, orThrow, readDocument, readHead, writeDocument, type DocumentFile } from "./document-file.js";
import { type Head } from "./format.js";
import { type AssertHeld } from "./key-lock.js";
import { setAside } from "./quarantine.js";
import { namesIn, pruneVersions, versionPath, versionsAmong } from "./versions.js";

export interface ReplacerOptions {
  /** Versions to keep, the current one included. */
  readonly keep: number;
  /** The file's folder has nothing else in it, so that every temporary file there is of a writer of this very file. */
  readonly ownFolder: boolean;
}

/** Writes the next version of a document, under its lock. */
export interface Replacer {
  replace(file: DocumentFile, write: Write, assertHeld: AssertHeld): Promise<Head>;
  /** Remembers the file as read and found good: as long as it is unchanged it need not be read again to be replaced. */
  trust(file: DocumentFile, head: Head): void;
}

/** What is there now. */
interface Current {
  /** 0 when there is no document. */
  readonly version: number;
  /** Why nobody can read it. */
  readonly damage?: string;
  /** Whether `version` can be relied on although nobody can read it. */
  readonly isSure?: boolean;
}

/** So many documents are remembered as good; each is its first line and the file's times. */
const MOST_TRUSTED = 1_024;
/** No document is saved so often: a version above comes from a damaged digit. */
const LARGEST_VERSION = 2 ** 50;

export function createReplacer({ keep, ownFolder }: ReplacerOptions): Replacer {
  const trusted = new Map<string, string>();

  const trust = (file: DocumentFile, head: Head): void => {
    const { path } = file;
    trusted.delete(path);
    const stamp = stampOf(file, head);
    if (stamp !== undefined) trusted.set(path, stamp);
    const oldest = trusted.keys().next().value;
    if (trusted.size > MOST_TRUSTED && oldest !== undefined) trusted.delete(oldest);
  };

  /** Reads the whole of what it would replace, unless that was found good before: what nobody can read is set aside. */
  const look = async (file: DocumentFile, write: Write): Promise<Current> => {
    const found = readHead(file.path, file.disk);
    if (found === undefined) return { version: 0 };
    if ("damage" in found) return { version: 0, damage: found.damage };
    const head = orThrow(found, file);
    if (trusted.has(file.path) && trusted.get(file.path) === stampOf(file, head)) return head;
    const whole = readDocument(file);
    if (whole === undefined) return { version: 0 };
    if ("damage" in whole) return { version: head.version, damage: whole.damage };
    const refusal = await write.judge(orThrow(whole, file).document);
    return refusal === undefined ? head : { version: head.version, damage: refusal, isSure: true };
  };

  const replace: Replacer["replace"] = async (file, write, assertHeld) => {
    const { disk, durable, path, key } = file;
    const { ifVersion } = write;
    const folder = dirname(path);
    const current = await look(file, write);
    if (ifVersion !== undefined) {
      if (current.damage !== undefined && current.isSure !== true) throw corruptSnapshot(path, key, current.damage);
      if (current.version !== ifVersion) throw versionConflict(path, key, ifVersion, current.version);
    }
    assertHeld();
    makePrivateDirectory(folder, { disk, durable });
    const names = namesIn(folder, disk);
    // Who lost the lock and lives must not rename its file over ours: without it, its rename fails.
    if (names.some((name) => name.endsWith(".tmp"))) {
      sweepTemporaryFiles(folder, ownFolder ? { disk, isDead: () => true, minAgeMs: 0 } : { disk });
    }
    const kept = ownFolder ? versionsAmong(names) : [];
    if (current.damage !== undefined) setAside(path, current.damage, file.quarantineDirectory, disk);
    else if (keep > 1 && current.version > 0) keepAs(file, versionPath(folder, current.version));
    const known = current.version > LARGEST_VERSION ? 0 : current.version;
    const head = writeDocument(file, { ...write, version: Math.max(known, ...kept) + 1 }, write.json, assertHeld);
    trust(file, head);
    pruneVersions(
      folder,
      kept.filter((version) => version <= head.version - keep),
      disk,
    );
    return head;
  };

  return { replace, trust };
}

/** The first line alone does not tell of a bit that turned behind it; the times do not tell two saves in one tick apart. */
function stampOf({ path, disk }: DocumentFile, { line }: Head): string | undefined {
  try {
    const { ino, size, mtimeNs } = disk.lstatSync(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs} ${line}`;
  } catch {
    // Then it is read again, which says what is wrong with it.
    return undefined;
  }
}
