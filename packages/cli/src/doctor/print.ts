import { type Output } from "../output.js";
import { escapeText } from "../text/escape.js";
import { counted } from "../text/counted.js";
import { type Area, type Finding } from "./finding.js";
import { type ModeChange } from "./modes.js";

/** Of one check; a store that is damaged all over is not told of line by line. All are in the JSON. */
const MOST_SHOWN = 10;
const NAME_COLUMNS = 15;

/** Tells of one area: a line how it stands, and beneath it what was found. */
export async function printArea({ check, summary, findings }: Area, output: Output): Promise<void> {
  const worst = findings.some(({ severity }) => severity === "problem") ? "problem" : findings[0]?.severity;
  const mark = worst === "problem" ? output.paint("red", "!") : worst === "note" ? output.paint("yellow", "-") : " ";
  await output.line(`${mark} ${check.padEnd(NAME_COLUMNS)}${escapeText(summary)}`);
  for (const finding of findings.slice(0, MOST_SHOWN)) await printFinding(finding, output);
  if (findings.length > MOST_SHOWN)
    await output.line(`    and ${findings.length - MOST_SHOWN} more like these; --json has all`);
}

async function printFinding({ severity, what, where, why, command, advice }: Finding, output: Output): Promise<void> {
  const painted = output.paint(severity === "problem" ? "red" : "yellow", severity);
  await output.line(`    ${painted}: ${escapeText(what)}`);
  await output.line(`      where  ${escapeText(where)}`);
  await output.line(`      why    ${escapeText(why)}`);
  if (command !== undefined) await output.line(`      mend   ${output.paint("bold", command)}`);
  // Under another name than a command: whoever picks out the commands must not run a sentence.
  if (advice !== undefined)
    await output.line(`      ${command === undefined ? "advice" : "      "} ${escapeText(advice)}`);
}

/** How it ended, in a line. */
export async function printEnd(areas: readonly Area[], output: Output): Promise<void> {
  const findings = areas.flatMap((area) => area.findings);
  const problems = findings.filter(({ severity }) => severity === "problem").length;
  const notes = findings.length - problems;
  const parts = [
    ...(problems > 0 ? [counted(problems, "problem")] : []),
    ...(notes > 0 ? [counted(notes, "note")] : []),
  ];
  await output.line(
    parts.length === 0 ? "all is well" : `${parts.join(", ")}${problems === 0 ? ": nothing that needs mending" : ""}`,
  );
}

/** What `--fix-permissions` did. */
export async function printModeChanges(changes: readonly ModeChange[], output: Output): Promise<void> {
  const done = changes.filter(({ error }) => error === undefined);
  await output.line(
    done.length === 0
      ? "no permissions were changed"
      : `permissions of ${counted(done.length, "file or folder", "files and folders")} changed`,
  );
  for (const { path, from, to } of done.slice(0, MOST_SHOWN))
    await output.line(`  ${from} -> ${to}  ${escapeText(path)}`);
  if (done.length > MOST_SHOWN) await output.line(`  and ${done.length - MOST_SHOWN} more`);
  for (const { path, error } of changes) {
    if (error !== undefined) await output.line(`  not changed: ${escapeText(path)}: ${escapeText(error)}`);
  }
}
