import { createHash } from "node:crypto";
import path from "node:path";
import { type Disk, makePrivateDirectory, readPrivateFile, replaceFile } from "@agentlog/durable-fs";
import { agentlogError } from "@agentlog/types";

/** What stands as an event's `data` when the data itself was too large for a line. */
export interface SpilledData {
  /** SHA-256 of the data's JSON text, in hex: also the name of its file. */
  readonly $blob: string;
  /** Length of that text in bytes. */
  readonly bytes: number;
}

/** A folder of payloads, named by their hash: written once, never changed. */
export interface BlobStore {
  /** Stores a text and returns what refers to it. Durable when it returns. */
  put(text: string): SpilledData;
  /** Reads it back; throws `BLOB_DAMAGED` when it is missing or not what its name says. */
  get(reference: SpilledData): string;
}

export function createBlobStore(disk: Disk, directory: string): BlobStore {
  return {
    put: (text) => {
      const bytes = Buffer.from(text);
      const name = createHash("sha256").update(bytes).digest("hex");
      makePrivateDirectory(directory, { disk });
      const file = path.join(directory, name);
      if (disk.lstatSync(file, { throwIfNoEntry: false })?.size !== bytes.length) replaceFile(file, bytes, { disk });
      return { $blob: name, bytes: bytes.length };
    },
    get: ({ $blob }) => {
      const file = path.join(directory, /^[0-9a-f]{64}$/.test($blob) ? $blob : "invalid");
      const bytes = readPrivateFile(file, { disk });
      if (bytes === undefined || createHash("sha256").update(bytes).digest("hex") !== $blob) {
        throw agentlogError("BLOB_DAMAGED", `the payload ${file} is missing or changed; restore it from a backup`, {
          path: file,
        });
      }
      return bytes.toString("utf8");
    },
  };
}

/** True for data that stands for a spilled payload. */
export function isSpilled(data: object): data is SpilledData {
  return "$blob" in data && typeof data.$blob === "string" && Object.keys(data).length === 2;
}
