import { type Appended, type EventLog } from "@agentlog/event-log";
import { type EventContext, isAgentlogError, type NewEvent } from "@agentlog/types";

/** So many lines may wait for the disk before the reader waits too. */
const MOST_WAITING = 1_024;
/** A line this long is no event: the log would refuse it. */
const LONGEST_LINE = 16 * 1024 * 1024;

/**
 * Appends events given one a line as JSON, many in one write, and tells of each in the order of the lines. A line that
 * cannot be appended is told by its number, and the rest goes on; an error of the disk or the lock ends it.
 */
export async function appendLines(options: {
  readonly lines: AsyncIterable<string>;
  readonly log: EventLog<NewEvent>;
  /** Fields every event gets, where it has none of its own. */
  readonly common: EventContext;
  readonly onAppended: (appended: Appended) => Promise<void>;
  readonly onRefused: (line: number, reason: string) => void;
}): Promise<{ readonly appended: number; readonly refused: number }> {
  const { lines, log, common, onAppended, onRefused } = options;
  let appended = 0;
  let refused = 0;
  let number = 0;
  const waiting: { readonly line: number; readonly result: Promise<Appended> }[] = [];

  const refuse = (line: number, reason: string): void => {
    refused++;
    onRefused(line, reason);
  };

  const settle = async (keep: number): Promise<void> => {
    while (waiting.length > keep) {
      const { line, result } = waiting.shift()!;
      try {
        await onAppended(await result);
        appended++;
      } catch (error) {
        if (!isAgentlogError(error, "INVALID_EVENT") && !isAgentlogError(error, "EVENT_TOO_LARGE")) throw error;
        refuse(line, error.message);
      }
    }
  };

  for await (const text of lines) {
    number++;
    if (text.trim() === "") continue;
    const event = parseLine(text);
    if (event === undefined) {
      await settle(0);
      refuse(number, text.length > LONGEST_LINE ? "too long for an event" : "no JSON object with a type and data");
      continue;
    }
    const result = log.append({ ...common, ...event });
    // Looked at in its turn: until then a failure must not count as unhandled.
    result.catch(() => {});
    waiting.push({ line: number, result });
    if (waiting.length >= MOST_WAITING) await settle(MOST_WAITING / 2);
  }
  await settle(0);
  return { appended, refused };
}

function parseLine(text: string): NewEvent | undefined {
  if (text.length > LONGEST_LINE) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
    return { data: {}, ...value } as NewEvent;
  } catch {
    return undefined;
  }
}
