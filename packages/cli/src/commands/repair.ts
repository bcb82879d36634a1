import { openSessionLog } from "@agentlog/session-writer";
import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { sessionArgument } from "../session-argument.js";
import { escapeText } from "../text/escape.js";

/** Repairs one session's log, or says what a repair would do. */
export async function repair(
  context: Context,
  session: string,
  options: { readonly dryRun?: boolean },
): Promise<number> {
  const { output } = context;
  const store = context.existingStore();
  const id = sessionArgument(store, session);
  await using log = openSessionLog(store, id);
  const report = await log.repair(options.dryRun === true ? { dryRun: true } : {});
  const bytes = report.setAside.reduce((sum, piece) => sum + piece.bytes, 0);
  if (!report.changed) {
    await output.line(`${id}: nothing to repair, ${report.events} events`);
  } else {
    const verb = options.dryRun === true ? "would keep" : "kept";
    await output.line(
      `${id}: ${verb} ${report.events} events, set aside ${bytes} bytes in ${report.setAside.length} pieces`,
    );
    for (const { kind, offset, bytes: length } of report.setAside)
      await output.line(`  ${kind} at byte ${offset}, ${length} bytes`);
    for (const { from, to } of report.holes) await output.line(`  lost: #${from} to #${to}`);
    if (report.quarantine !== undefined) await output.line(`  what was set aside: ${escapeText(report.quarantine)}`);
  }
  await output.result("repair", { session: id, dryRun: options.dryRun === true, ...report });
  return EXIT.ok;
}
