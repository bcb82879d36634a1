import { stat } from "node:fs/promises";
import { deriveSessionId, type JsonObject, type NativeSessionId } from "@agentlog/types";
import { readJsonLines } from "../../files/json-lines.js";
import { createHookAliases } from "../../hooks/hook-aliases.js";
import { objectField, textField } from "../../records/fields.js";
import { timeOf } from "../../records/time.js";
import { type FoundFile, type ReadStep } from "../../source.js";
import { factsOf } from "./facts.js";
import { mapRecord } from "./map/mapper.js";
import { modelNamed, sessionStart } from "./map/session.js";
import { peek, sessionBegun, sessionOfPath } from "./peek.js";
import { keyOf } from "./record-key.js";
import { AGENT, type RecordContext } from "./record.js";
import { createSessionState, type SessionState } from "./state.js";

/** Reads one file of events, see `TranscriptSource`. */
export async function* readEvents(
  file: FoundFile,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<ReadStep> {
  const beginning = await peek(file.path, signal);
  if (!beginning.ours) {
    yield { kind: "foreign", line: 1, offset: 0, end: file.bytes };
    return;
  }
  let nativeSession = beginning.session ?? sessionOfPath(file.path);
  let state: SessionState | undefined;
  const aliases = createHookAliases(AGENT);
  // A record without a time happened when its neighbours did; a file without any time, when it was last written.
  let latest = beginning.time ?? (await stat(file.path)).mtime.toISOString();

  for await (const step of readJsonLines(file.path, signal)) {
    if (step.kind !== "record") {
      yield step;
      continue;
    }
    const { record, hash, line, offset, end } = step;
    const begun = sessionBegun(record);
    if (begun !== undefined) [nativeSession, state] = [begun, undefined];
    const isFirst = state === undefined;
    state ??= createSessionState();
    const time = timeOf(record);
    latest = time ?? latest;
    const context = { ...contextOf(record, nativeSession, file.path), key: keyOf(record, hash) };
    const timed = { ...context, time: latest, timed: time !== undefined, run: advance(state, context, latest) };
    const start = isFirst && begun === undefined ? [sessionStart(timed)] : [];
    const events = [...start, ...mapRecord(timed, state)];
    state.latest = latest;
    // A hook names no prompt, so only calls and their results are told by both.
    const alsoKnownAs = aliases.of(events, undefined);
    const known = alsoKnownAs === undefined ? {} : { alsoKnownAs };
    const { session } = timed;
    yield { kind: "record", line, offset, end, nativeSession, session, events, ...known, facts: factsOf(timed) };
  }
}

function contextOf(
  record: JsonObject,
  nativeSession: NativeSessionId,
  path: string,
): Omit<RecordContext, "key" | "time" | "timed" | "run"> {
  const data = objectField(record, "data") ?? {};
  return {
    record,
    type: textField(record, "type") ?? "untyped",
    data,
    nativeSession,
    session: deriveSessionId(AGENT, nativeSession),
    // Without an `agentId` the call that made the sub-agent stands for it.
    subAgent: textField(record, "agentId") ?? textField(data, "parentToolCallId"),
    path,
  };
}

/** Notes what a record changes for itself and those behind it; gives its run. */
function advance(state: SessionState, { type, data }: Pick<RecordContext, "type" | "data">, time: string): number {
  if (type === "session.resume") state.run += 1;
  if (type === "session.resume" || state.runStarted === undefined) state.runStarted = time;
  const model = textField(data, type === "session.auto_mode_resolved" ? "chosenModel" : "newModel");
  if (type === "session.auto_mode_resolved" || type === "session.model_change") {
    state.model = modelNamed(model) ?? state.model;
  }
  return state.run;
}
