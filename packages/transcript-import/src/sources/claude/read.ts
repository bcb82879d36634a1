import { stat } from "node:fs/promises";
import { deriveSessionId } from "@agentlog/types";
import { readJsonLines } from "../../files/json-lines.js";
import { createHookAliases } from "../../hooks/hook-aliases.js";
import { textField } from "../../records/fields.js";
import { SETTLED_MS } from "../../records/time.js";
import { type FoundFile, type ReadStep } from "../../source.js";
import { createFactsReader } from "./facts.js";
import { readFileName } from "./file-name.js";
import { createMapper } from "./map/mapper.js";
import { defaultSession, nativeSessionOf, subAgentOf } from "./owner.js";
import { peek } from "./peek.js";
import { createRecordKeys } from "./record-key.js";
import { AGENT, timedContext } from "./record.js";
import { readSubAgentMeta } from "./sub-agent-meta.js";
import { timeOf } from "./time.js";

/** Reads one transcript, see `TranscriptSource`. */
export async function* readTranscript(
  file: FoundFile,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<ReadStep> {
  const name = readFileName(file.path);
  const beginning = await peek(file.path, signal);
  if (!beginning.ours) {
    yield { kind: "foreign", line: 1, offset: 0, end: file.bytes };
    return;
  }
  const { mtime } = await stat(file.path);
  const unnamed = defaultSession(name, beginning.session);
  const keyOf = createRecordKeys();
  const mapper = createMapper();
  const aliases = createHookAliases(AGENT);
  const reader = createFactsReader(name.agentId === undefined ? undefined : await readSubAgentMeta(file.path));
  // A record without a time happened when its neighbours did; a file without any time, when it was last written.
  let latest = beginning.time ?? mtime.toISOString();
  let at = { line: 1, offset: 0, end: 0 };

  for await (const step of readJsonLines(file.path, signal)) {
    const { line, offset, end } = step;
    at = { line, offset, end };
    if (step.kind !== "record") {
      yield step;
      continue;
    }
    const { record, hash } = step;
    const nativeSession = nativeSessionOf(record) ?? unnamed;
    const session = deriveSessionId(AGENT, nativeSession);
    const time = timeOf(record);
    latest = time ?? latest;
    const key = keyOf(nativeSession, record, hash);
    const subAgent = subAgentOf(record, name);
    const timed = timedContext({
      record,
      key: key ?? "",
      time: latest,
      timed: time !== undefined,
      nativeSession,
      session,
      subAgent,
      path: file.path,
    });
    const events = key === undefined ? [] : mapper.map(timed);
    const alsoKnownAs = aliases.of(events, textField(record, "promptId"));
    const known = alsoKnownAs === undefined ? {} : { alsoKnownAs };
    yield { kind: "record", ...at, nativeSession, session, events, ...known, facts: reader.facts(timed) };
  }
  const settled = Date.now() - mtime.getTime() > SETTLED_MS;
  for (const event of settled ? mapper.finish() : []) {
    const nativeSession = event.source?.nativeSession ?? unnamed;
    yield { kind: "record", ...at, nativeSession, session: event.session, events: [event] };
  }
}
