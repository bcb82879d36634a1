import { type Disk, errnoOf, readPrivateFile, replaceFile } from "@agentlog/durable-fs";
import { toIoError } from "@agentlog/types";
import { type AddedTo } from "../text/add-hooks.js";

/**
 * What an install made and what was there: kept beside the agent's file, so that an uninstall leaves things as they were.
 * Without it an uninstall still takes exactly our hooks, and only what is empty then cannot be told from what was empty.
 */
export interface Receipt {
  /** When it was installed first; RFC 3339, UTC. */
  readonly installed: string;
  /** The file was not there before. */
  readonly file: boolean;
  /** So many folders above the file were not there before. */
  readonly folders: number;
  readonly addedTo: AddedTo;
}

const FORMAT = 1;
const MOST_BYTES = 64 * 1024;
const MOST_FOLDERS = 8;

/** Where the receipt of a file is. No agent loads a file by that ending. */
export function receiptFile(file: string): string {
  return `${file}.agentlog-receipt`;
}

/** The receipt of a file; undefined when there is none or it says nothing that can be relied on. Throws `UNSAFE_PATH`, `IO_ERROR`. */
export function readReceipt(file: string, disk: Disk): Receipt | undefined {
  const bytes = readPrivateFile(receiptFile(file), { disk, maxBytes: MOST_BYTES });
  if (bytes === undefined) return undefined;
  try {
    return asReceipt(JSON.parse(bytes.toString()));
  } catch {
    return undefined;
  }
}

export function writeReceipt(file: string, receipt: Receipt, disk: Disk): void {
  replaceFile(receiptFile(file), Buffer.from(`${JSON.stringify({ format: FORMAT, ...receipt })}\n`), { disk });
}

export function removeReceipt(file: string, disk: Disk): void {
  try {
    disk.unlinkSync(receiptFile(file));
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw toIoError(error, receiptFile(file), "removing a receipt");
  }
}

function asReceipt(value: unknown): Receipt | undefined {
  const { format, installed, file, folders, addedTo } = fieldsOf(value);
  const { root, emptyHooks, emptyEvents } = fieldsOf(addedTo);
  if (format !== FORMAT || typeof installed !== "string" || Number.isNaN(Date.parse(installed))) return undefined;
  if (!Number.isInteger(folders) || Number(folders) < 0 || Number(folders) > MOST_FOLDERS) return undefined;
  return {
    installed: new Date(installed).toISOString(),
    file: file === true,
    folders: Number(folders),
    addedTo: {
      root: root === true,
      emptyHooks: emptyHooks === true,
      emptyEvents: Array.isArray(emptyEvents) ? emptyEvents.filter((event) => typeof event === "string") : [],
    },
  };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
