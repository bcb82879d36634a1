import { Command, Option } from "commander";
import { type Context } from "./context.js";
import { declarationsFor } from "./declare/groups.js";
import { type Io } from "./io.js";
import { type GlobalOptions } from "./output.js";
import { VERSION } from "./version.js";

/** Runs a command with the flags it was given. */
export type Execute = (
  name: string,
  options: GlobalOptions,
  run: (context: Context) => Promise<number>,
) => Promise<void>;

/** Makes a command known; what it does is in a file of its own, loaded when it is called. */
export interface Declare {
  /** A command with its usage, what it does in a line, and examples. */
  readonly define: (usage: string, description: string, ...examples: readonly string[]) => Command;
  /** A command that only groups others; `define` of the group's commands. */
  readonly group: (name: string, description: string) => Declare["define"];
  /** Gives a command its context, loads it, and tells its exit code. */
  // oxlint-disable-next-line no-unnecessary-type-parameters -- each command takes arguments of its own
  readonly action: <Args extends unknown[]>(
    load: () => Promise<(context: Context, ...args: Args) => Promise<number>>,
  ) => (...args: unknown[]) => Promise<void>;
}

/** The command line with the commands that the words may mean: all of them when they name none, as for help or a slip. */
export function createProgram(argv: readonly string[], io: Io, execute: Execute): Command {
  const program = new Command("agentlog")
    .description("The durable memory of coding-agent sessions.")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    // What is wrong with a command line is told by `main`, in one line like every other error.
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: () => {} })
    // Every command takes options; to say so of each would only make the list harder to read.
    .configureHelp({ showGlobalOptions: true, minWidthToWrap: 20, subcommandTerm: usageOf })
    .exitOverride()
    .showSuggestionAfterError()
    // What follows the command of `run` is the command's.
    .enablePositionalOptions()
    .addHelpText(
      "after",
      "\nExamples:\n  $ agentlog import\n  $ agentlog run -- npm test\n  $ agentlog find parser --since 7d\n  $ agentlog tail --latest -f",
    );
  for (const option of globalOptions()) program.addOption(option);

  const action =
    <Args extends unknown[]>(load: () => Promise<(context: Context, ...args: Args) => Promise<number>>) =>
    async (...args: unknown[]): Promise<void> => {
      const command = args.at(-1) as Command;
      const run = await load();
      await execute(fullName(command), mergeGlobals(program, command), (context) =>
        run(context, ...(args.slice(0, -1) as Args)),
      );
    };
  const definer =
    (parent: Command): Declare["define"] =>
    (usage, description, ...examples) => {
      const command = parent.command(usage).description(description);
      for (const option of globalOptions()) command.addOption(option.hideHelp());
      if (examples.length > 0) {
        command.addHelpText("after", `\nExamples:\n${examples.map((example) => `  $ ${example}`).join("\n")}`);
      }
      return command;
    };
  const declare: Declare = {
    define: definer(program),
    group: (name, description) => definer(program.command(name).description(description)),
    action,
  };
  for (const { heading, declareGroup } of declarationsFor(argv)) {
    program.commandsGroup(heading);
    declareGroup(declare);
  }
  return program;
}

/** `append <session> [source]` */
function usageOf(command: Command): string {
  const words = command.registeredArguments.map((one) => {
    const name = `${one.name()}${one.variadic ? "..." : ""}`;
    return one.required ? `<${name}>` : `[${name}]`;
  });
  return [command.name(), ...words].join(" ");
}

/** The flags of every command; they may stand before its name or behind it. */
function globalOptions(): readonly Option[] {
  return [
    new Option(
      "--store <dir>",
      "use the store in this folder (default: AGENTLOG_HOME, .agentlog above here, ~/.agentlog)",
    ),
    new Option("--json", "one JSON envelope on stdout, everything for people on stderr"),
    new Option("--no-color", "no colours"),
    new Option("--quiet", "no remarks on stderr"),
  ];
}

function mergeGlobals(program: Command, command: Command): GlobalOptions {
  const outer = program.opts<GlobalOptions>();
  const inner = command.opts<GlobalOptions>();
  return { ...outer, ...inner, color: outer.color !== false && inner.color !== false };
}

/** `snapshot put` for a command of a group. */
function fullName(command: Command): string {
  const group = command.parent;
  return group?.parent ? `${group.name()} ${command.name()}` : command.name();
}
