import { readBeginning } from "../../files/beginning.js";
import { timeOf } from "../../records/time.js";
import { isCodexRecord, toItem } from "./item.js";
import { readThread, type Thread } from "./thread.js";

/** What the beginning of a file says. */
export interface Beginning {
  /** Whether there is any record of Codex in it. */
  readonly ours: boolean;
  /** The first `session_meta`. */
  readonly thread: Thread | undefined;
  /** It is where Codex puts it: nothing stands before it. One that comes later may be an ancestor's. */
  readonly inFront: boolean;
  /** The first time. */
  readonly time: string | undefined;
}

/** Reads as much of a file as it takes to know whose it is. */
export async function peek(path: string, signal: AbortSignal | undefined): Promise<Beginning> {
  let [ours, first] = [false, true];
  let time: string | undefined;
  for await (const step of readBeginning(path, signal)) {
    if (step.kind === "record") {
      const item = toItem(step.record);
      const isOurs = isCodexRecord(step.record);
      ours ||= isOurs;
      time ??= timeOf(step.record);
      if (isOurs && item.type === "session_meta") return { ours, thread: readThread(item), inFront: first, time };
    }
    first = false;
  }
  return { ours, thread: undefined, inFront: false, time };
}
