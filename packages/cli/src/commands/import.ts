import { storeLayout } from "@agentlog/durable-fs";
import { openSessionLog } from "@agentlog/session-writer";
import { importTranscripts, type ImportReport, transcriptSources } from "@agentlog/transcript-import";
import { agentlogError } from "@agentlog/types";
import path from "node:path";
import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { createProgress } from "../import-progress.js";
import { escapeText } from "../text/escape.js";

interface ImportCommandOptions {
  readonly agent?: string;
  readonly dryRun?: boolean;
}

/** Lines of bad input and of failures that are listed for people; with --json all that is known is there. */
const MOST_SHOWN = 10;

/** Imports transcripts; exit code 1 when a file could not be read to its end. Bad lines alone are no failure: agents leave them. */
export async function importCommand(
  context: Context,
  paths: readonly string[],
  options: ImportCommandOptions,
): Promise<number> {
  const { output, io } = context;
  const sources = transcriptSources.filter(({ agent }) => options.agent === undefined || agent === options.agent);
  if (sources.length === 0) throw unknownAgent(options.agent ?? "");
  const dryRun = options.dryRun === true;
  await using work = dryRun ? undefined : await context.open({ create: true });
  const store = work?.store ?? dryStore(context);
  const progress = createProgress(io, context.options);
  const stop = new AbortController();
  const interrupt = (): void => stop.abort(interrupted());
  // `on`, not `once`: alone for a moment, the lock library's own listeners would end the process.
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  try {
    const report = await importTranscripts({
      openSessionLog: (id) => openSessionLog(store, id),
      sources,
      dryRun,
      ...(work === undefined ? {} : { registry: work.registry }),
      env: io.env,
      signal: stop.signal,
      onProgress: progress.update,
      ...(paths.length === 0 ? {} : { paths: paths.map((given) => path.resolve(io.cwd, given)) }),
    });
    progress.stop();
    for (const line of summary(report, dryRun)) await output.line(line);
    await output.result("import", { dryRun, ...report });
    return report.failedFiles === 0 ? EXIT.ok : EXIT.no;
  } finally {
    progress.stop();
    process.removeListener("SIGINT", interrupt).removeListener("SIGTERM", interrupt);
  }
}

/** A dry run must not make a store. */
function dryStore(context: Context): { readonly root: string; readonly layout: ReturnType<typeof storeLayout> } {
  const { root } = context.resolve();
  return { root, layout: storeLayout(root) };
}

function* summary(report: ImportReport, dryRun: boolean): Generator<string> {
  if (report.files === 0) {
    yield "no transcripts found; give a folder that holds some, or set CLAUDE_CONFIG_DIR";
    return;
  }
  const { sessions, newSessions, added, alreadyThere, badLineCount, failedFiles } = report;
  yield `${report.files} files, ${sessions} sessions (${newSessions} new)`;
  yield `${added} events ${dryRun ? "would be added" : "added"}, ${alreadyThere} already there`;
  if (badLineCount > 0) yield `${badLineCount} bad lines passed over`;
  for (const { file, line, reason } of report.badLines.slice(0, MOST_SHOWN)) {
    yield `  ${escapeText(file)}:${line}: ${escapeText(reason)}`;
  }
  if (badLineCount > MOST_SHOWN) yield `  and ${badLineCount - MOST_SHOWN} more`;
  if (report.skipped.length > 0) yield `${report.skipped.length} paths left alone (links, or unreadable)`;
  if (failedFiles === 0) return;
  yield `${failedFiles} files could not be imported to their end:`;
  const failed = report.perFile.filter(({ error }) => error !== undefined);
  for (const file of failed.slice(0, MOST_SHOWN)) yield `  ${escapeText(file.path)}: ${escapeText(file.error ?? "")}`;
}

function unknownAgent(agent: string): Error {
  const known = transcriptSources.map((source) => source.agent).join(", ");
  const hint = `known: ${known}`;
  return agentlogError("USAGE", `no transcripts of agent ${JSON.stringify(agent.slice(0, 40))} can be read; ${hint}`, {
    hint,
  });
}

function interrupted(): Error {
  return agentlogError(
    "USAGE",
    "the import was interrupted; what was added stays, and the next import goes on from there",
    {
      hint: "run it again",
    },
  );
}
