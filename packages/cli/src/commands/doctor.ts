import { nodeDisk } from "@agentlog/durable-fs";
import { type Context } from "../context.js";
import { type Area } from "../doctor/finding.js";
import { fixModes, type ModeChange } from "../doctor/modes.js";
import { printArea, printEnd, printModeChanges } from "../doctor/print.js";
import { runChecks } from "../doctor/run-checks.js";
import { createSubject, type Subject } from "../doctor/subject.js";
import { EXIT } from "../exit-code.js";
import { type CaptureProgram, captureProgram } from "../install/program.js";

interface DoctorOptions {
  readonly fixPermissions?: boolean;
}

/**
 * Looks at everything, and changes nothing but, with `--fix-permissions`, modes. Exit code 1 when there is a problem; notes
 * alone are none.
 */
export async function doctor(
  { io, output, options }: Context,
  { fixPermissions = false }: DoctorOptions,
  program: CaptureProgram = captureProgram(),
): Promise<number> {
  const { env, cwd } = io;
  const look = (): Subject =>
    createSubject(options, { env, cwd, program, nodeVersion: process.versions.node, now: Date.now() });
  let subject = look();
  let fixed: readonly ModeChange[] | undefined;
  if (fixPermissions) {
    // Without a store.json it may be any folder that has one of a store's names in it.
    const root = subject.state === "missing" ? undefined : subject.layout?.root;
    fixed = root === undefined ? [] : fixModes(root, nodeDisk);
    await printModeChanges(fixed, output);
    // A store that was refused for its permissions opens now.
    subject = look();
  }
  const areas: Area[] = [];
  for await (const area of runChecks(subject)) {
    areas.push(area);
    await printArea(area, output);
  }
  await printEnd(areas, output);
  const findings = areas.flatMap((area) => area.findings);
  const ok = findings.every(({ severity }) => severity !== "problem");
  await output.result("doctor", {
    ok,
    store: subject.resolved,
    areas: areas.map(({ check, summary, facts }) => ({ check, summary, ...facts })),
    findings,
    ...(fixed === undefined ? {} : { fixed }),
  });
  return ok ? EXIT.ok : EXIT.no;
}
