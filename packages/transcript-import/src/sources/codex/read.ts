import { stat } from "node:fs/promises";
import { deriveSessionId, type NativeSessionId, toNativeSessionId } from "@agentlog/types";
import { readJsonLines } from "../../files/json-lines.js";
import { createHookAliases } from "../../hooks/hook-aliases.js";
import { asNativeId } from "../../records/native-id.js";
import { timeOf } from "../../records/time.js";
import { uuidTime } from "../../records/uuid.js";
import { type FoundFile, type ReadStep } from "../../source.js";
import { createFacts } from "./facts.js";
import { type FileName, readFileName } from "./file-name.js";
import { toItem } from "./item.js";
import { createMapper } from "./map/mapper.js";
import { type Beginning, peek } from "./peek.js";
import { createRecordKeys } from "./record-key.js";
import { AGENT } from "./record.js";
import { createReplay } from "./replay.js";
import { UNKNOWN_THREAD } from "./thread.js";
import { isTurnStart, turnOf } from "./turns.js";

/** Reads one rollout, see `TranscriptSource`. */
export async function* readRollout(
  file: FoundFile,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): AsyncGenerator<ReadStep> {
  const name = readFileName(file.path);
  const beginning = await peek(file.path, signal);
  if (!beginning.ours) {
    yield { kind: "foreign", line: 1, offset: 0, end: file.bytes };
    return;
  }
  const nativeSession = nativeSessionOf(name, beginning);
  const session = deriveSessionId(AGENT, nativeSession);
  // What another thread's `session_meta` says is not true of this one.
  const thread = beginning.thread?.id === nativeSession ? beginning.thread : { ...UNKNOWN_THREAD, id: nativeSession };
  const keyOf = createRecordKeys();
  const isCopy = createReplay(thread);
  const mapper = createMapper();
  const factsOf = createFacts(thread);
  const aliases = createHookAliases(AGENT);
  // A record without a time happened when its neighbours did; a file without any, when its thread was made or it was written.
  let latest = thread.time ?? timeInId(nativeSession) ?? beginning.time ?? (await stat(file.path)).mtime.toISOString();
  let turn: string | undefined;

  for await (const step of readJsonLines(file.path, signal)) {
    if (step.kind !== "record") {
      yield step;
      continue;
    }
    const { record, hash, line, offset, end } = step;
    const item = toItem(record);
    const time = timeOf(record);
    latest = time ?? latest;
    const timed = time !== undefined;
    const copied = isCopy(item, time);
    // Counted for copies too: a copy that is not known as one in a later version must not move the keys of the others.
    const key = keyOf(hash, timed);
    const context = { record, item, key, time: latest, timed, nativeSession, session, thread, path: file.path };
    const events = copied ? mapper.skip(item) : mapper.map(context);
    if (isTurnStart(item)) turn = turnOf(item) ?? turn;
    // No hook tells what Codex puts into a person's mouth.
    const typed = events.filter(({ data }) => data["synthetic"] !== true);
    const alsoKnownAs = aliases.of(typed, turnOf(item) ?? turn);
    const facts = factsOf(item, time, events, copied);
    const known = alsoKnownAs === undefined ? {} : { alsoKnownAs };
    yield { kind: "record", line, offset, end, nativeSession, session, events, ...known, facts };
  }
}

/** The session is the one of the `session_meta` in front; where that line is broken or lost, the one in the file's name. */
function nativeSessionOf(name: FileName, { thread, inFront }: Beginning): NativeSessionId {
  const named = asNativeId(name.thread);
  const said = thread?.id;
  return (inFront ? (said ?? named) : (named ?? said)) ?? asNativeId(name.fallback) ?? toNativeSessionId("unknown");
}

function timeInId(id: string): string | undefined {
  const time = uuidTime(id);
  return time === undefined ? undefined : new Date(time).toISOString();
}
