import { AGENTLOG, NOTHING } from "../cli-program.js";
import { compare } from "../compare.js";
import { type Bench, type Family, type Figure, type Results } from "../figure.js";
import { COMMON_TEXT, rareText, storeWithReadModel } from "../fixtures/sessions.js";
import { runProgram } from "../programs.js";

const figure = (name: string, command: string, limit: number): Figure => ({
  name,
  title: `agentlog ${command} : node -e 0 (time)`,
  limit,
  direction: "at-most",
  unit: "x",
});

const VERSION = figure("cli-version", "--version", 1.3);
const LS = figure("cli-ls", "ls --limit 10", 2.5);
const FIND = figure("cli-find", "find --limit 10", 2.5);
const FIND_RARE = figure("cli-find-rare", "find --text, one session has it", 2.5);
const FIND_COMMON = figure("cli-find-common", "find --text, a tenth of the sessions have it", 2.5);

async function compareStarts(
  { interleave }: Bench,
  store: string,
  commands: readonly (readonly [Figure, readonly string[]])[],
): Promise<Results> {
  const times = await interleave(
    {
      bare: () => runProgram({ args: NOTHING, store }),
      ...Object.fromEntries(
        commands.map(([{ name }, args]) => [name, () => runProgram({ args: [AGENTLOG, ...args], store })]),
      ),
    },
    { rounds: 30, quick: 10, warmUp: 2 },
  );
  const samples = times as Readonly<Record<string, readonly number[]>>;
  const of = (name: string, values: readonly number[] = []) => ({ name, unit: "ms", values });
  return {
    measured: commands.map(([one]) => compare(one, of("agentlog", samples[one.name]), of("node -e 0", times.bare))),
  };
}

export const version: Family = {
  name: "version",
  nodes: "both",
  figures: [VERSION],
  measure: async (bench) => await compareStarts(bench, bench.folder, [[VERSION, ["--version"]]]),
};

/** With the newest Node alone: the others keep the read model of a store in another place. */
export const cli: Family = {
  name: "cli",
  nodes: "newest",
  figures: [LS, FIND, FIND_RARE, FIND_COMMON],
  measure: async (bench) =>
    await compareStarts(bench, await storeWithReadModel(bench.fixtures, bench.sessions), [
      [LS, ["ls", "--limit", "10"]],
      [FIND, ["find", "--limit", "10"]],
      [FIND_RARE, ["find", "--text", rareText(bench.sessions)]],
      [FIND_COMMON, ["find", "--text", COMMON_TEXT]],
    ]),
};
