import { randomBytes } from "node:crypto";
import os from "node:os";
import {
  currentProcess,
  type Disk,
  errnoOf,
  livenessOf,
  type Liveness,
  nodeDisk,
  readPrivateFile,
  replaceFile,
} from "@agentlog/durable-fs";
import { agentlogError, type PresenceRecord, toIoError } from "@agentlog/types";
import { isRun } from "./tail.js";

/** A record has 400 bytes; what is far larger is none. */
const MAX_BYTES = 16 * 1024;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** What `presence.json` says, or why nothing it says can be believed. */
export type PresenceFile = { readonly record?: PresenceRecord; readonly problem?: Error };

/** The part of a record that stays the same as long as a writer lives. */
export type PresenceOwner = Pick<PresenceRecord, "pid" | "startTime" | "bootId" | "pidNamespace" | "host" | "writer">;

/** This process as a new writer. */
export function newPresenceOwner(): PresenceOwner {
  return { ...currentProcess(), host: os.hostname(), writer: randomBytes(6).toString("hex") };
}

/** Replaces the file whole. Not synced: after a power loss there is no writer to tell of. Throws `IO_ERROR`. */
export function writePresence(path: string, record: PresenceRecord, disk: Disk = nodeDisk): void {
  replaceFile(path, Buffer.from(`${JSON.stringify(record)}\n`), { durable: false, disk });
}

/** Reads the file. Never throws: a file that is damaged, too large, a link or another user's is a `problem`. */
export function readPresenceFile(path: string, disk: Disk = nodeDisk): PresenceFile {
  try {
    const bytes = readPrivateFile(path, { maxBytes: MAX_BYTES, disk });
    if (bytes === undefined) return {};
    const record = toRecord(bytes);
    return record === undefined ? { problem: noRecord(path) } : { record };
  } catch (error) {
    return { problem: error as Error };
  }
}

/** Removes the file if it is this writer's; another one's stays. Throws `IO_ERROR`. */
export function removePresence(path: string, writer: string, disk: Disk = nodeDisk): void {
  if (readPresenceFile(path, disk).record?.writer !== writer) return;
  try {
    disk.unlinkSync(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw toIoError(error, path, "removing a presence record");
  }
}

/** Whether the writer of a record still runs. `foreign`: on another host, boot or pid namespace. */
export function writerLiveness(record: PresenceRecord): Liveness | "foreign" {
  const here = currentProcess();
  const { pid, startTime = "0", bootId = "", pidNamespace = "" } = record;
  if (bootId !== here.bootId || pidNamespace !== here.pidNamespace) return "foreign";
  return livenessOf({ pid, startTime, bootId, pidNamespace });
}

function toRecord(bytes: Buffer): PresenceRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
  return isRecord(value) ? value : undefined;
}

/** By hand and not by schema: a validator would take longer to load than all else a hook does. */
function isRecord(value: unknown): value is PresenceRecord {
  if (typeof value !== "object" || value === null) return false;
  const { pid, startTime, bootId, pidNamespace, host, run, seq, progress, progressTime, time, intervalMs, writer } =
    value as Partial<Record<keyof PresenceRecord, unknown>>;
  return (
    isWhole(pid, 1) &&
    isRun(run) &&
    isWhole(seq, -1) &&
    isWhole(progress, 0) &&
    [startTime, bootId, pidNamespace].every((text) => text === undefined || typeof text === "string") &&
    typeof host === "string" &&
    typeof writer === "string" &&
    isTime(time) &&
    (progressTime === undefined || isTime(progressTime)) &&
    typeof intervalMs === "number" &&
    intervalMs >= 0
  );
}

const isWhole = (value: unknown, least: number): boolean => Number.isSafeInteger(value) && (value as number) >= least;

const isTime = (value: unknown): boolean =>
  typeof value === "string" && TIME.test(value) && !Number.isNaN(Date.parse(value));

function noRecord(path: string): Error {
  return agentlogError("IO_ERROR", `${path} is no presence record and was ignored; the next heartbeat replaces it`, {
    path,
    errno: "EINVAL",
    syscall: "read",
  });
}
