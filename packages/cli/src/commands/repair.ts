import { nodeDisk } from "@agentlog/durable-fs";
import { type EventLog } from "@agentlog/event-log";
import { openSessionLog, sessionIds } from "@agentlog/session-writer";
import { agentlogError, type NewEvent, type SessionId } from "@agentlog/types";
import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { hasRegistryLog, openRegistryLog } from "../registry-log.js";
import { sessionWithLogs } from "../session-argument.js";
import { counted } from "../text/counted.js";
import { escapeText } from "../text/escape.js";
import { type Work } from "../work.js";

interface RepairCommandOptions {
  readonly all?: boolean;
  readonly registry?: boolean;
  readonly dryRun?: boolean;
}

/** Repairs a session's logs, the registry's, or every log there is, or says what a repair would do. */
export async function repair(
  context: Context,
  session: string | undefined,
  { registry = false, all = false, dryRun = false }: RepairCommandOptions,
): Promise<number> {
  if ([session !== undefined, registry, all].filter(Boolean).length !== 1) {
    const hint = "see agentlog repair --help";
    throw agentlogError("USAGE", "repair needs one of: a session, --registry, --all", { hint });
  }
  const { output } = context;
  await using work = await context.open();
  if (all) return repairAll(context, work, dryRun);
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

/** One that cannot be repaired hides no other. */
async function repairAll(context: Context, work: Work, dryRun: boolean): Promise<number> {
  const { output } = context;
  const logs = [];
  let failed = 0;
  const attempt = async (name: SessionId | "registry", run: () => Promise<object | undefined>): Promise<object> => {
    try {
      return { log: name, ...(await run()) };
    } catch (error) {
      failed++;
      const message = error instanceof Error ? error.message : String(error);
      await output.line(`${name}  ${output.paint("red", "not repaired")}: ${escapeText(message)}`);
      return { log: name, error: message };
    }
  };
  // Only damaged ones: a repair waits for whoever is writing to a log.
  for (const id of sessionIds(work.store)) {
    logs.push(
      await attempt(id, async () => {
        await using log = openSessionLog(work.store, id);
        const { ok } = await log.verify();
        return ok && !isHalfRepaired(log.path) ? { changed: false } : repairLog(context, id, log, dryRun);
      }),
    );
  }
  const registry = await attempt("registry", () => repairRegistry(context, work, dryRun));
  const changed = logs.filter((one) => "changed" in one && one.changed === true).length;
  await output.line(
    `${counted(logs.length, "log")}: ${changed} ${dryRun ? "would be repaired" : "repaired"}, ${failed} failed`,
  );
  await output.result("repair", { dryRun, logs, registry });
  return failed === 0 ? EXIT.ok : EXIT.no;
}

/** A repair that was killed has left the old file a second name, and the next one finishes it. */
function isHalfRepaired(path: string): boolean {
  return nodeDisk.lstatSync(`${path}.before-repair`, { throwIfNoEntry: false }) !== undefined;
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
    await output.line(`${name}: nothing to repair, ${counted(report.events, "event")}`);
    return report;
  }
  const verb = dryRun ? "would keep" : "kept";
  await output.line(
    `${name}: ${verb} ${counted(report.events, "event")}, set aside ${counted(bytes, "byte")} in ${counted(report.setAside.length, "piece")}`,
  );
  for (const { kind, offset, bytes: length } of report.setAside)
    await output.line(`  ${kind} at byte ${offset}, ${counted(length, "byte")}`);
  for (const { from, to } of report.holes) await output.line(`  lost: #${from} to #${to}`);
  if (report.quarantine !== undefined) await output.line(`  what was set aside: ${escapeText(report.quarantine)}`);
  return report;
}
