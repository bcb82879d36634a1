import { createHash } from "node:crypto";
import path from "node:path";
import { type Disk, makePrivateDirectory, readPrivateFile, replaceFile } from "@agentlog/durable-fs";
import { agentlogError } from "@agentlog/types";
import { type BlobReference } from "./line.js";

/** A folder of payloads, named by their hash: written once, never changed. */
export interface BlobStore {
  /** Stores a text and returns what refers to it. Durable when it returns. */
  put(text: string): BlobReference;
  /** Reads it back; throws `BLOB_DAMAGED` when it is missing or not what its name says. */
  get(reference: BlobReference): string;
}

export function createBlobStore(disk: Disk, directory: string): BlobStore {
  /** Looked at, not believed: a damaged blob of the right size must not be referred to again. */
  const isThere = (file: string, bytes: Buffer): boolean => {
    try {
      return readPrivateFile(file, { disk })?.equals(bytes) === true;
    } catch {
      return false;
    }
  };

  return {
    put: (text) => {
      const bytes = Buffer.from(text);
      const name = createHash("sha256").update(bytes).digest("hex");
      makePrivateDirectory(directory, { disk });
      const file = path.join(directory, name);
      if (!isThere(file, bytes)) replaceFile(file, bytes, { disk });
      return { sha256: name, bytes: bytes.length };
    },
    get: ({ sha256 }) => {
      // A reference made by hand must not lead out of the folder.
      const file = path.join(directory, /^[0-9a-f]{64}$/.test(sha256) ? sha256 : "invalid");
      const bytes = readPrivateFile(file, { disk });
      if (bytes === undefined || createHash("sha256").update(bytes).digest("hex") !== sha256) {
        throw agentlogError("BLOB_DAMAGED", `the payload ${file} is missing or changed; restore it from a backup`, {
          path: file,
        });
      }
      return bytes.toString("utf8");
    },
  };
}
