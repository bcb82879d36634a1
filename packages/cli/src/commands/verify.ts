import { nodeDisk, type OpenedStore } from "@agentlog/durable-fs";
import { openSessionLog, sessionIds } from "@agentlog/session-writer";
import { type LogHead, type VerifyReport } from "@agentlog/event-log";
import { agentlogError, type SessionId } from "@agentlog/types";
import { type Context } from "../context.js";
import { type DocumentsReport } from "../doctor/documents.js";
import { EXIT } from "../exit-code.js";
import { jsonList } from "../json-list.js";
import { hasRegistryLog, openRegistryLog } from "../registry-log.js";
import { sessionWithLogs } from "../session-argument.js";
import { counted } from "../text/counted.js";
import { escapeText } from "../text/escape.js";

interface VerifyOptions {
  readonly all?: boolean;
  readonly anchor?: string;
}

/** Damage listed for people; with --json all of the report is there. */
const MOST_SHOWN = 20;

/**
 * Verifies one session's log, or every one, the registry's and the documents; exit code 1 when one is damaged or could not
 * be read.
 */
export async function verify(context: Context, session: string | undefined, options: VerifyOptions): Promise<number> {
  const { output, io } = context;
  const anchor = options.anchor === undefined ? undefined : parseAnchor(options.anchor);
  if (options.all === true && session !== undefined) throw usage("--all goes without a session");
  if (anchor !== undefined && session === undefined) throw usage("--anchor goes with one session");
  await using work = await context.open();
  const { store } = work;
  const ids = session === undefined ? sessionIds(store) : (await sessionWithLogs(work, session)).logs;
  const list = output.json ? jsonList(io.stdout, "verify", {}, "logs") : undefined;
  let bad = 0;
  let events = 0;
  for (const id of ids) {
    try {
      await using log = openSessionLog(store, id);
      const report = await log.verify(anchor === undefined ? {} : { anchor });
      events += report.events;
      if (!report.ok) bad++;
      await list?.item({ session: id, ...report });
      if (!report.ok || session !== undefined) for (const line of describe(id, report)) await output.line(line);
    } catch (error) {
      bad++;
      const message = error instanceof Error ? error.message : String(error);
      await list?.item({ session: id, ok: false, error: message });
      await output.line(`${id}  ${output.paint("red", "unreadable")}: ${escapeText(message)}`);
    }
  }
  const registry = session === undefined ? await verifyRegistry(context, store) : undefined;
  if (registry?.ok === false) bad++;
  const documents = session === undefined ? await verifyDocuments(context, store) : undefined;
  const isWhole = bad === 0 && (documents ?? []).length === 0;
  await list?.end({ registry, documents, ok: isWhole });
  if (session === undefined)
    await output.line(
      `${counted(ids.length, "log")}, ${counted(events, "event")}: ${bad === 0 ? "all whole" : `${bad} damaged`}`,
    );
  return isWhole ? EXIT.ok : EXIT.no;
}

/** Documents and bindings that cannot be read. */
async function verifyDocuments({ output }: Context, { layout }: OpenedStore): Promise<DocumentsReport["unreadable"]> {
  const { unreadableDocuments } = await import("../doctor/documents.js");
  const { unreadable } = await unreadableDocuments(layout, nodeDisk);
  for (const { message } of unreadable)
    await output.line(`${output.paint("red", "unreadable")}: ${escapeText(message)}`);
  return unreadable;
}

/** Undefined where there is no registry yet. */
async function verifyRegistry(
  { output }: Context,
  store: OpenedStore,
): Promise<{ readonly ok: boolean; readonly error?: string } | undefined> {
  if (!hasRegistryLog(store)) return undefined;
  try {
    await using log = openRegistryLog(store);
    const report = await log.verify();
    if (!report.ok) for (const line of describe("registry", report)) await output.line(line);
    return report;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    await output.line(`registry  ${output.paint("red", "unreadable")}: ${escapeText(message)}`);
    return { ok: false, error: message };
  }
}

function* describe(id: SessionId | "registry", report: VerifyReport): Generator<string> {
  const { seq, hash } = report.head;
  yield `${id}  ${report.ok ? "whole" : "damaged"}: ${report.events} events, ${report.bytes} bytes, head ${seq}:${hash}`;
  for (const { kind, offset, bytes, line, seq: from, to } of report.damage.slice(0, MOST_SHOWN)) {
    const numbers = from === undefined ? "" : ` #${from}${to === undefined || to === from ? "" : ` to #${to}`}`;
    yield `  ${kind}${numbers} at byte ${offset}, line ${line ?? "?"}, ${bytes} bytes`;
  }
  if (report.damageCount > MOST_SHOWN) yield `  and ${report.damageCount - MOST_SHOWN} more`;
  for (const { from, to } of report.holes) yield `  known to be lost: #${from} to #${to}`;
  if (report.unfinishedBytes > 0)
    yield `  ${report.unfinishedBytes} bytes at the end: a write in progress, or what a crash left of one; harmless`;
  if (report.anchor !== "none") yield `  anchor: ${report.anchor}`;
  if (!report.ok && report.damageCount > 0)
    yield `  agentlog repair ${id === "registry" ? "--registry" : id} sets the damage aside and keeps every event that counts`;
}

function parseAnchor(text: string): LogHead {
  const match = /^(-?\d{1,15}):([0-9a-f]{32})$/.exec(text);
  if (match === null) throw usage("--anchor is not of the form SEQ:HASH, as verify prints the head");
  return { seq: Number(match[1]), hash: match[2] ?? "" };
}

function usage(message: string): Error {
  return agentlogError("USAGE", message, { hint: "see agentlog verify --help" });
}
