import { crc32 } from "node:zlib";
import { type Disk, readPrivateFile, replaceFile } from "@agentlog/durable-fs";
import { isAgentlogError } from "@agentlog/types";
import { toPosition } from "../position.js";
import { type FoldPosition } from "../store.js";
import { damaged } from "./damage.js";
import { type SectionPlace } from "./section.js";
import { type SegmentPlan } from "./segment.js";

/** Raised with each change of the files: those of another number are set aside. */
const FORMAT = 1;

/** What a model has on disk: one small file, replaced as a whole, says how far it is and which segments it is made of. */
export interface Manifest {
  readonly position: FoldPosition | undefined;
  /** Newest first. */
  readonly segments: readonly SegmentPlan[];
}

export const NOTHING: Manifest = { position: undefined, segments: [] };

/** Reads a manifest; a model that was never written has none. Throws when it is not as it was written. */
export function readManifest(disk: Disk, path: string): Manifest {
  const text = read(disk, path);
  if (text === undefined) return NOTHING;
  const [json = "", crc] = text.split("\n");
  if (crc !== String(crc32(json))) throw damaged(path);
  const { format, position: place, segments } = parse(json) ?? {};
  if (format !== FORMAT || !Array.isArray(segments) || !segments.every(isPlan)) throw damaged(path);
  const position = toPosition(place);
  // Records without a position would be folded once more.
  if (position === undefined && (place !== undefined || segments.length > 0)) throw damaged(path);
  return { position, segments };
}

function read(disk: Disk, path: string): string | undefined {
  try {
    return readPrivateFile(path, { disk })?.toString("utf8");
  } catch (error) {
    if (isAgentlogError(error, "IO_ERROR") && error.errno === "EFBIG") throw damaged(path);
    throw error;
  }
}

function parse(json: string): (Partial<Manifest> & { readonly format?: number }) | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `beforeRename` may still keep the old one, by throwing. */
export function writeManifest(disk: Disk, path: string, manifest: Manifest, beforeRename: () => void): void {
  const json = JSON.stringify({ format: FORMAT, ...manifest });
  replaceFile(path, Buffer.from(`${json}\n${crc32(json)}\n`), { disk, beforeRename });
}

/** The crc says that we wrote it; this, that what wrote it meant the same. */
function isPlan(value: unknown): value is SegmentPlan {
  if (typeof value !== "object" || value === null) return false;
  const { file, bytes, records, texts, indexes } = value as Partial<SegmentPlan>;
  return (
    typeof file === "string" &&
    /^[0-9a-f-]+\.jsonl$/.test(file) &&
    Number.isSafeInteger(bytes) &&
    isPlace(records) &&
    isPlace(texts) &&
    typeof indexes === "object" &&
    Object.values(indexes).every(isPlace)
  );
}

function isPlace(place: SectionPlace | undefined): boolean {
  return Number.isSafeInteger(place?.start) && Number.isSafeInteger(place?.end);
}
