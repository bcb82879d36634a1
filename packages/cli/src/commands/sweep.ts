import { recordCrashes } from "@agentlog/session-writer";
import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { wholeNumber } from "../numbers.js";
import { escapeText } from "../text/escape.js";

interface SweepOptions {
  readonly idleDays: string;
  readonly archiveDays: string;
  readonly dryRun?: boolean;
}

/** Marks sessions that have been quiet for long as idle or archived. Nothing is deleted; one that goes on is active again. */
export async function sweep(context: Context, options: SweepOptions): Promise<number> {
  const { output } = context;
  const dryRun = options.dryRun === true;
  const idleDays = wholeNumber(options.idleDays, "--idle-days");
  const archiveDays = wholeNumber(options.archiveDays, "--archive-days");
  await using work = await context.open();
  const { crashed, failed } = await recordCrashes(work.store, { dryRun });
  const { idled, archived } = await work.registry.sweep({ idleDays, archiveDays, dryRun });
  const verb = dryRun ? "would be" : "are now";
  await output.line(`${idled.length} sessions ${verb} idle, ${archived.length} archived`);
  if (crashed.length > 0)
    await output.line(`${crashed.length} ${dryRun ? "would get" : "got"} the end that their writers could not record`);
  for (const { id, error } of failed) output.note(`${id}: ${escapeText(error.message)}`);
  await output.result("sweep", { dryRun, idled, archived, crashed });
  return EXIT.ok;
}
