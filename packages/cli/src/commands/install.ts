import { nodeDisk } from "@agentlog/durable-fs";
import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { installTarget } from "../install/agents/index.js";
import { installHooks } from "../install/install-hooks.js";
import { unifiedDiff } from "../install/line-diff.js";
import { type CaptureProgram, captureProgram, requireProgram, vanishingPaths } from "../install/program.js";
import { escapeText } from "../text/escape.js";

/** Options of `install` and `uninstall`. */
export interface InstallCommandOptions {
  readonly scope: string;
  readonly dryRun?: boolean;
}

/** Has an agent's hooks start the capture program, or says what would change in its settings. */
export async function install(
  { io, output }: Context,
  agent: string,
  options: InstallCommandOptions,
  program: CaptureProgram = captureProgram(),
): Promise<number> {
  const target = installTarget(agent, options.scope, io);
  requireProgram(program);
  const dryRun = options.dryRun === true;
  const report = installHooks(target, program, { dryRun, disk: nodeDisk, now: new Date() });
  const { file, linkedTo, changed, backup, events, before, after } = report;
  const diff = dryRun && changed ? unifiedDiff(before, after) : undefined;
  const warnings = vanishingPaths(program, io.env);

  if (diff === undefined) {
    await output.line(`${agent}: ${changed ? "installed" : "already installed"} in ${escapeText(file)}`);
    if (linkedTo !== undefined) await output.line(`  which is a link; written to ${escapeText(linkedTo)}`);
    await output.line(`  ${events.length} events: ${events.join(", ")}`);
    if (backup !== undefined) await output.line(`  the file as it was: ${escapeText(backup)}`);
    await output.line(`  to check: start a session of ${agent}, then run agentlog ls`);
  } else {
    await output.line(`${agent}: would change ${escapeText(linkedTo ?? file)}`);
    for (const line of diff) await output.line(escapeText(line));
  }
  for (const note of target.notes) output.note(escapeText(`${file}: ${note}`));
  for (const warning of warnings) output.note(`warning: ${escapeText(warning)}`);
  await output.result("install", {
    agent,
    scope: target.scope,
    dryRun,
    file,
    linkedTo,
    changed,
    backup,
    events,
    notes: target.notes,
    warnings,
    diff,
  });
  return EXIT.ok;
}
