import { isUtf8 } from "node:buffer";
import { type JsonValue } from "@agentlog/types";
import { LONGEST_LINE_BYTES } from "../../../files/json-lines.js";
import { openTranscript } from "../../../files/open.js";
import { SETTLED_MS } from "../../../records/time.js";
import { type Stored } from "../stored.js";

/**
 * A file of JSON, up to 64 MiB. Undefined when it is not there: OpenCode deletes messages. One that cannot be read is bad.
 */
export async function readJsonFile(path: string, name: string): Promise<Stored<JsonValue> | undefined> {
  let file;
  try {
    file = await openTranscript(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    // A link, a pipe, a folder, somebody else's file: none of them spoils the rest of the session.
    return { kind: "bad", reason: `unreadable: ${name}`, bytes: 0, fresh: false };
  }
  try {
    const { size, mtimeMs } = await file.stat();
    // OpenCode writes a file in place, so one that is no JSON may be half written.
    const fresh = Date.now() - mtimeMs < SETTLED_MS;
    if (size > LONGEST_LINE_BYTES) return { kind: "bad", reason: `too-long: ${name}`, bytes: size, fresh: false };
    const bytes = await file.readFile();
    if (!isUtf8(bytes)) return { kind: "bad", reason: `not-utf8: ${name}`, bytes: size, fresh };
    try {
      return { kind: "ok", value: JSON.parse(bytes.toString("utf8")) as JsonValue, bytes: bytes.length };
    } catch {
      return { kind: "bad", reason: `not-json: ${name}`, bytes: size, fresh };
    }
  } finally {
    await file.close();
  }
}
