import { type OpenedStore } from "@agentlog/durable-fs";
import { openSessionLog } from "@agentlog/session-writer";
import { type SessionId } from "@agentlog/types";
import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { sessionArgument } from "../session-argument.js";
import { escapeText } from "../text/escape.js";

/** Repairs a session's log, or says what a repair would do. */
export async function repair(
  context: Context,
  session: string,
  options: { readonly dryRun?: boolean },
): Promise<number> {
  const { output } = context;
  await using work = await context.open();
  const { id: named, logs } = await sessionArgument(work, session);
  const reports = [];
  for (const id of logs) reports.push(await repairOne(context, work.store, id, options.dryRun === true));
  await output.result("repair", { session: named, dryRun: options.dryRun === true, logs: reports });
  return EXIT.ok;
}

async function repairOne({ output }: Context, store: OpenedStore, id: SessionId, dryRun: boolean): Promise<object> {
  await using log = openSessionLog(store, id);
  const report = await log.repair(dryRun ? { dryRun } : {});
  const bytes = report.setAside.reduce((sum, piece) => sum + piece.bytes, 0);
  if (!report.changed) {
    await output.line(`${id}: nothing to repair, ${report.events} events`);
  } else {
    const verb = dryRun ? "would keep" : "kept";
    await output.line(
      `${id}: ${verb} ${report.events} events, set aside ${bytes} bytes in ${report.setAside.length} pieces`,
    );
    for (const { kind, offset, bytes: length } of report.setAside)
      await output.line(`  ${kind} at byte ${offset}, ${length} bytes`);
    for (const { from, to } of report.holes) await output.line(`  lost: #${from} to #${to}`);
    if (report.quarantine !== undefined) await output.line(`  what was set aside: ${escapeText(report.quarantine)}`);
  }
  return { log: id, ...report };
}
