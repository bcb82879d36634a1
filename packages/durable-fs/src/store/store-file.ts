import { dirname } from "node:path";
import { agentlogError } from "@agentlog/types";
import type { Disk } from "../disk.js";
import { readPrivateFile } from "../files/read-file.js";

/** The store format this version writes, and the newest it reads. */
export const STORE_FORMAT = 1;

/** `store.json`: what every reader and writer of a store must agree on. */
export interface StoreFile {
  readonly format: number;
  /** RFC 3339 UTC. */
  readonly created: string | undefined;
  /** How writers exclude each other. All must do it the same way, so an unknown one is refused like a newer format. */
  readonly lock: "directory";
  /** `machineId()` of who made it. */
  readonly machine: string | undefined;
}

/** The bytes of a new `store.json`. */
export function encodeStoreFile(machine: string): Buffer {
  const file: StoreFile = { format: STORE_FORMAT, created: new Date().toISOString(), lock: "directory", machine };
  return Buffer.from(`${JSON.stringify(file)}\n`);
}

/**
 * Reads `store.json`; undefined when there is none. Throws `STORE_FORMAT` when it is damaged (`found: "damaged"`), newer,
 * or asks for another lock; `UNSAFE_PATH`, `IO_ERROR`. It is never overwritten.
 */
export function readStoreFile(path: string, disk: Disk): StoreFile | undefined {
  const bytes = readPrivateFile(path, { disk, maxBytes: 64 * 1024 });
  if (bytes === undefined) return undefined;
  const fields = parse(bytes);
  const format = fields?.get("format");
  if (fields === undefined || !isFormat(format)) throw damaged(path);
  if (format > STORE_FORMAT) throw newer(path, String(format));
  const lock = fields.get("lock") ?? "directory";
  if (lock !== "directory") throw newer(path, `lock ${JSON.stringify(lock).slice(0, 40)}`);
  return { format, lock, created: text(fields.get("created")), machine: text(fields.get("machine")) };
}

function parse(bytes: Buffer): ReadonlyMap<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(bytes.toString("utf8"));
    return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : undefined;
  } catch {
    return undefined;
  }
}

const isFormat = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1;

const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

function damaged(path: string): Error {
  return agentlogError(
    "STORE_FORMAT",
    `${path} is damaged and was left as it is; move it to ${dirname(path)}.store.json.damaged, outside of the store, and open the store again: its sessions are kept`,
    { path, found: "damaged", supported: STORE_FORMAT },
  );
}

function newer(path: string, found: string): Error {
  return agentlogError(
    "STORE_FORMAT",
    `${path} was made by a newer version (${found}; this one reads format ${STORE_FORMAT}): update agentlog`,
    { path, found, supported: STORE_FORMAT },
  );
}
