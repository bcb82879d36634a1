import fs from "node:fs";
import os from "node:os";
import { type LabArguments } from "./arguments.js";
import { type Performed } from "./perform.js";
import { idOf } from "./run.js";
import { formatTable } from "./table.js";

/** Of one run; what is behind them is mostly the same. */
const MOST_SHOWN = 10;

/** The table, what went wrong with how to see it again, and where all that was. */
export function formatReport(
  performed: readonly Performed[],
  { seconds, seed }: Pick<LabArguments, "seconds" | "seed">,
): string {
  const wrong = performed.flatMap(({ run, wrongs }) => {
    if (wrongs.length === 0) return [];
    const shown = wrongs.slice(0, MOST_SHOWN).map((what) => `  ${what}`);
    if (wrongs.length > MOST_SHOWN) shown.push(`  and ${wrongs.length - MOST_SHOWN} more`);
    return [`WRONG  ${idOf(run)}, again: npx pnpm crash-lab ${again({ seconds, seed })} --only ${idOf(run)}`, ...shown];
  });
  const skipped = performed.filter((one) => one.skipped !== undefined).length;
  const failed = performed.filter(({ wrongs }) => wrongs.length > 0).length;
  const end = failed === 0 ? "all is well" : `${failed} of ${performed.length} runs are wrong`;
  return [formatTable(performed), "", ...wrong, `${end}, ${skipped} skipped, seed ${seed}`].join("\n");
}

const again = ({ seconds, seed }: Pick<LabArguments, "seconds" | "seed">): string =>
  `--seconds ${seconds} --seed ${seed}`;

/** The same as a page, with nothing in it about the machine but what decides over the figures. */
export function formatPage(report: string, asked: LabArguments): string {
  const only = asked.only === "" ? "" : ` --only ${asked.only}`;
  const [table = "", ...rest] = report.split("\n\n");
  const facts = [
    ["date", new Date().toISOString().slice(0, 10)],
    ["command", `npx pnpm crash-lab ${again(asked)}${only}`],
    ["Node", process.version],
    ["system", `${os.type()} ${os.release()}, ${os.availableParallelism()} cores`],
    ["file system", fileSystemName(os.tmpdir())],
  ];
  return [
    "# What the crash lab found",
    "",
    ...facts.map(([name, value]) => `- ${name}: ${value}`),
    "",
    "A control is known to be broken, and is to be found wrong. Milliseconds are those of a take-over, or of the next process's work after a kill or a fault, measured in that process.",
    "",
    table,
    "",
    rest.join("\n\n"),
    "",
  ].join("\n");
}

/** By the magic number that `statfs` gives. */
const FILE_SYSTEMS: Readonly<Record<number, string>> = {
  0x01021994: "tmpfs",
  0x2fc12fc1: "zfs",
  0x58465342: "xfs",
  0x794c7630: "overlayfs",
  0x9123683e: "btrfs",
  0xef53: "ext4",
};

function fileSystemName(folder: string): string {
  const { type } = fs.statfsSync(folder);
  return FILE_SYSTEMS[type] ?? `0x${type.toString(16)}`;
}
