import { nodeDisk } from "@agentlog/durable-fs";
import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { installTarget } from "../install/agents/index.js";
import { unifiedDiff } from "../install/line-diff.js";
import { type CaptureProgram, captureProgram } from "../install/program.js";
import { uninstallHooks } from "../install/uninstall-hooks.js";
import { escapeText } from "../text/escape.js";
import { type InstallCommandOptions } from "./install.js";

/** Takes our hooks out of an agent's settings again. Nothing there to take is fine. */
export async function uninstall(
  { io, output }: Context,
  agent: string,
  options: InstallCommandOptions,
  program: CaptureProgram = captureProgram(),
): Promise<number> {
  const target = installTarget(agent, options.scope, io);
  const dryRun = options.dryRun === true;
  const report = uninstallHooks(target, program, { dryRun, disk: nodeDisk, now: new Date() });
  const { file, linkedTo, changed, backup, events, before, after } = report;
  const diff = dryRun && changed ? unifiedDiff(before, after) : undefined;
  const removed = changed && after === undefined;

  if (diff !== undefined) {
    await output.line(`${agent}: would ${removed ? "remove" : "change"} ${escapeText(linkedTo ?? file)}`);
    for (const line of diff) await output.line(escapeText(line));
  } else if (changed) {
    await output.line(`${agent}: uninstalled from ${escapeText(file)}`);
    if (linkedTo !== undefined) await output.line(`  which is a link; written to ${escapeText(linkedTo)}`);
    if (removed) await output.line("  the file held nothing else and is gone");
    if (backup !== undefined) await output.line(`  the file as it was: ${escapeText(backup)}`);
  } else {
    await output.line(`${agent}: not installed in ${escapeText(file)}`);
  }
  await output.result("uninstall", {
    agent,
    scope: target.scope,
    dryRun,
    file,
    linkedTo,
    changed,
    removed,
    backup,
    events,
    diff,
  });
  return EXIT.ok;
}
