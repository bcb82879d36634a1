import { type EventLog } from "@agentlog/event-log";
import { openSessionLog } from "@agentlog/session-writer";
import { agentlogError, type NewEvent, type SessionId } from "@agentlog/types";
import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { hasRegistryLog, openRegistryLog } from "../registry-log.js";
import { sessionWithLogs } from "../session-argument.js";
import { escapeText } from "../text/escape.js";
import { type Work } from "../work.js";

interface RepairCommandOptions {
  readonly registry?: boolean;
  readonly dryRun?: boolean;
}

/** Repairs a session's logs, or the registry's, or says what a repair would do. */
export async function repair(
  context: Context,
  session: string | undefined,
  { registry = false, dryRun = false }: RepairCommandOptions,
): Promise<number> {
  if ((session !== undefined) === registry) {
    throw agentlogError("USAGE", "repair needs one of: a session, --registry", { hint: "see agentlog repair --help" });
  }
  const { output } = context;
  await using work = await context.open();
  if (session === undefined) {
    await output.result("repair", { dryRun, logs: [], registry: await repairRegistry(context, work, dryRun) });
    return EXIT.ok;
  }
  const { id: named, logs } = await sessionWithLogs(work, session);
  const reports = [];
  for (const id of logs) {
    await using log = openSessionLog(work.store, id);
    reports.push({ log: id, ...(await repairLog(context, id, log, dryRun)) });
  }
  await output.result("repair", { session: named, dryRun, logs: reports });
  return EXIT.ok;
}

async function repairRegistry(context: Context, { store }: Work, dryRun: boolean): Promise<object | undefined> {
  if (!hasRegistryLog(store)) {
    await context.output.line("registry: there is none; agentlog rebuild makes it from the session logs");
    return undefined;
  }
  await using log = openRegistryLog(store);
  const report = await repairLog(context, "registry", log as EventLog<NewEvent>, dryRun);
  if (report.holes.length > 0) await context.output.line("  agentlog rebuild finds sessions that it has lost");
  return report;
}

async function repairLog(
  { output }: Context,
  name: SessionId | "registry",
  log: EventLog<NewEvent>,
  dryRun: boolean,
): Promise<Awaited<ReturnType<typeof log.repair>>> {
  const report = await log.repair(dryRun ? { dryRun } : {});
  const bytes = report.setAside.reduce((sum, piece) => sum + piece.bytes, 0);
  if (!report.changed) {
    await output.line(`${name}: nothing to repair, ${report.events} events`);
    return report;
  }
  const verb = dryRun ? "would keep" : "kept";
  await output.line(
    `${name}: ${verb} ${report.events} events, set aside ${bytes} bytes in ${report.setAside.length} pieces`,
  );
  for (const { kind, offset, bytes: length } of report.setAside)
    await output.line(`  ${kind} at byte ${offset}, ${length} bytes`);
  for (const { from, to } of report.holes) await output.line(`  lost: #${from} to #${to}`);
  if (report.quarantine !== undefined) await output.line(`  what was set aside: ${escapeText(report.quarantine)}`);
  return report;
}
