import { stat } from "node:fs/promises";
import { deriveSessionId } from "@agentlog/types";
import { type FoundFile, type ReadStep } from "../../source.js";
import { AGENT } from "./event.js";
import { createAliases } from "./hook-aliases.js";
import { type OwnedStep, readDatabase } from "./read-database.js";
import { sessionPlace } from "./tree/places.js";
import { openTreeSession } from "./tree/session.js";
import { walkSession } from "./walk.js";

/**
 * Reads one session's tree of JSON files, or a database, see `TranscriptSource`. Neither is made of lines: `line` counts
 * what was read, `offset` and `end` the bytes of it.
 */
export async function* readTranscript(
  file: FoundFile,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<ReadStep> {
  let line = 0;
  let offset = 0;
  const aliasesOf = createAliases();
  const steps = file.path.endsWith(".json") ? readTree(file.path, signal) : readDatabase(file.path, signal);
  for await (const { stored, step } of steps) {
    const bytes = step.kind === "foreign" ? 0 : step.bytes;
    line += 1;
    const at = { line, offset, end: offset + bytes };
    offset += bytes;
    if (step.kind === "record" && stored !== undefined) {
      const { native } = stored;
      const { events, facts } = step;
      const alsoKnownAs = aliasesOf(events);
      yield {
        kind: "record",
        ...at,
        nativeSession: native,
        session: deriveSessionId(AGENT, native),
        events,
        ...(alsoKnownAs === undefined ? {} : { alsoKnownAs }),
        ...(facts === undefined ? {} : { facts }),
      };
    } else if (step.kind === "bad") yield { kind: "bad", ...at, reason: step.reason };
    else if (step.kind !== "record") yield { kind: step.kind, ...at };
  }
}

async function* readTree(path: string, signal: AbortSignal | undefined): AsyncGenerator<OwnedStep> {
  const place = sessionPlace(path);
  const { mtimeMs } = await stat(path);
  const stored = place === undefined ? undefined : await openTreeSession(path, place);
  if (stored === undefined) return yield { stored, step: { kind: "foreign" } };
  for await (const step of walkSession(stored, { path, fallbackMs: mtimeMs, signal })) yield { stored, step };
}
