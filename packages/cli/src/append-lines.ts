import { createInterface } from "node:readline";
import { type Readable } from "node:stream";
import { type Appended, type EventLog } from "@agentlog/event-log";
import { type EventContext, isAgentlogError, type NewEvent } from "@agentlog/types";

/** So many lines may wait for the disk before the reader waits too. */
const MOST_WAITING = 1_024;
/** A line this long is no event: the log would refuse it. */
const LONGEST_LINE = 16 * 1024 * 1024;

export interface AppendLinesOptions {
  readonly input: Readable;
  readonly log: EventLog<NewEvent>;
  /** The session, and fields every event gets where it has none of its own. */
  readonly common: EventContext;
  readonly onAppended: (appended: Appended) => Promise<void>;
  readonly onRefused: (line: number, reason: string) => void;
}

/**
 * Appends events given one a line as JSON. Lines that come together go into one write, and each is told of as soon as it is
 * acknowledged, in the order of the lines. A line that cannot be appended is told by its number, and the rest goes on; an
 * error of the disk or the lock ends it.
 */
export async function appendLines(options: AppendLinesOptions): Promise<{ appended: number; refused: number }> {
  const { input, log, common, onAppended, onRefused } = options;
  const counts = { appended: 0, refused: 0 };
  const reader = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  let line = 0;
  let waiting = 0;
  let failure: unknown;
  /** Tells of the lines so far. */
  let told: Promise<void> = Promise.resolve();

  const tell = async (number: number, result: Promise<Appended> | string): Promise<void> => {
    try {
      if (failure !== undefined) return;
      if (typeof result === "string") throw new Refusal(result);
      await onAppended(await result);
      counts.appended++;
    } catch (error) {
      const reason = refusalOf(error);
      if (reason === undefined) {
        failure = error;
        reader.close();
        return;
      }
      counts.refused++;
      onRefused(number, reason);
    } finally {
      waiting--;
    }
  };

  // Listened to and not iterated over: all lines of one chunk shall be handed to the log in one turn.
  reader.on("line", (text) => {
    const number = ++line;
    if (text.trim() === "" || failure !== undefined) return;
    const event = parseLine(text);
    const result = typeof event === "string" ? event : log.append({ ...common, ...event, session: common.session! });
    // Looked at in its turn: until then a failure must not count as unhandled.
    if (typeof result !== "string") result.catch(() => {});
    told = told.then(() => tell(number, result));
    if (++waiting < MOST_WAITING) return;
    reader.pause();
    void told.then(() => reader.resume());
  });
  await new Promise<void>((resolve) => reader.once("close", resolve));
  await told;
  if (failure !== undefined) throw failure;
  return counts;
}

class Refusal extends Error {}

/** Why a line was refused; undefined for an error that has nothing to do with the line. */
function refusalOf(error: unknown): string | undefined {
  if (error instanceof Refusal) return error.message;
  if (isAgentlogError(error, "INVALID_EVENT")) return error.issues.join("; ");
  return isAgentlogError(error, "EVENT_TOO_LARGE") ? error.message : undefined;
}

function parseLine(text: string): NewEvent | string {
  if (text.length > LONGEST_LINE) return "too long for an event";
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { data: {}, ...value } as NewEvent;
  } catch {
    // Told below: what JSON.parse says would repeat the data.
  }
  return "no JSON object";
}
