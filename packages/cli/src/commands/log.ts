import { openSessionLog } from "@agentlog/session-writer";
import { type Context } from "../context.js";
import { typeFilter } from "../event-filter.js";
import { EXIT } from "../exit-code.js";
import { optionalNumber } from "../numbers.js";
import { jsonList } from "../json-list.js";
import { sessionWithLogs } from "../session-argument.js";
import { eventLine } from "../text/event-line.js";
import { shortId } from "../text/session-table.js";

interface LogOptions {
  readonly from?: string;
  readonly to?: string;
  readonly type?: string;
  readonly count?: boolean;
}

/** Prints a session's events, a line each; what is damaged is told on stderr and the rest goes on. */
export async function log(context: Context, session: string, options: LogOptions): Promise<number> {
  const { output, io } = context;
  const from = optionalNumber(options.from, "--from");
  const to = optionalNumber(options.to, "--to");
  const matches = typeFilter(options.type);
  await using work = await context.open();
  const { id, logs } = await sessionWithLogs(work, session);
  let damage = 0;
  const range = {
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
    onDamage: () => damage++,
  };
  const list =
    output.json && options.count !== true ? jsonList(io.stdout, "log", { session: id, logs }, "events") : undefined;
  let count = 0;
  for (const one of logs) {
    await using events = openSessionLog(work.store, one);
    // Throws for a file that is no log; reading alone would find nothing in it.
    events.stat();
    // Numbers are those of a log, so it must be plain whose they are.
    const prefix = logs.length > 1 ? `${output.paint("dim", shortId(one))} ` : "";
    for await (const event of events.read(range)) {
      if (!matches(event.type)) continue;
      count++;
      if (options.count === true) continue;
      await list?.item(event);
      await output.line(eventLine(event, output, prefix));
    }
  }
  await list?.end({ damage });
  if (options.count === true) {
    await output.line(String(count));
    await output.result("log", { session: id, count, damage });
  }
  if (damage > 0) {
    const places = damage === 1 ? "1 damaged place was" : `${damage} damaged places were`;
    output.note(`${places} passed over; agentlog verify ${id} lists what is damaged`);
  }
  return EXIT.ok;
}
