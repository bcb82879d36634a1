import { isAgentlogError } from "@agentlog/types";
import { Command, CommanderError, Option } from "commander";
import { createContext, type Context } from "./context.js";
import { EXIT, exitCodeOf } from "./exit-code.js";
import { type Io, processIo } from "./io.js";
import { createOutput, type GlobalOptions } from "./output.js";
import { VERSION } from "./version.js";

/** Runs one command line, without the program's name in front. Resolves to the exit code; never throws. */
export async function main(argv: readonly string[], io: Io = processIo()): Promise<number> {
  watchOutputs(io);
  let code: number = EXIT.ok;
  let options: GlobalOptions = { json: argv.includes("--json") };
  let command = "";
  const program = createProgram(io, async (name, chosen, run) => {
    command = name;
    options = chosen;
    code = await run(createContext(io, chosen));
  });
  try {
    // Not the action of the program itself: with one, an unknown command would count as its argument.
    const { operands, unknown } = program.parseOptions([...argv]);
    if (operands.length > 0 || unknown.length > 0) await program.parseAsync(argv, { from: "user" });
    else code = await overview(createContext(io, program.opts<GlobalOptions>()));
    return code;
  } catch (error) {
    const output = createOutput(io, options);
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.ok;
      await output.refusal(describeRefusal(error));
      return EXIT.usage;
    }
    await output.failure(command, error);
    return isAgentlogError(error) ? exitCodeOf(error) : EXIT.bug;
  }
}

function watchOutputs(io: Io): void {
  io.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // `agentlog … | head`: the reader has what it wanted.
    if (error.code === "EPIPE") process.exit(EXIT.ok);
    io.stderr.write(`agentlog: cannot write to stdout: ${error.code ?? error.message}\n`);
    process.exit(EXIT.io);
  });
  // Nobody is left to tell.
  io.stderr.on("error", () => {});
}

/** `error: unknown command 'lgo'\n(Did you mean log?)` as one sentence of ours. */
function describeRefusal({ code, message }: CommanderError): string {
  if (code === "commander.help") return "there is no such command; agentlog --help lists them";
  return `${message.replace(/^error: /, "").replaceAll("\n", " ")}; see agentlog --help`;
}

/** Runs a command with the flags it was given. */
type Execute = (name: string, options: GlobalOptions, run: (context: Context) => Promise<number>) => Promise<void>;

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

async function overview(context: Context): Promise<number> {
  return (await import("./commands/overview.js")).overview(context);
}

/** The declaration of every command; what a command does is in a file of its own, loaded when it is called. */
function createProgram(io: Io, execute: Execute): Command {
  const program = new Command("agentlog")
    .description("The durable memory of coding-agent sessions.")
    .version(VERSION, "-V, --version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    // What is wrong with a command line is told below, in one line like every other error.
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: () => {} })
    .configureHelp({ showGlobalOptions: true })
    .exitOverride()
    .showSuggestionAfterError()
    // What follows the command of `run` is the command's.
    .enablePositionalOptions()
    .addHelpText(
      "after",
      "\nExamples:\n  $ agentlog import\n  $ agentlog run -- npm test\n  $ agentlog tail --latest -f",
    );
  for (const option of globalOptions()) program.addOption(option);

  /** Gives a command its context, loads it, and tells its exit code. */
  const action =
    <Args extends unknown[]>(load: () => Promise<(context: Context, ...args: Args) => Promise<number>>) =>
    async (...args: unknown[]): Promise<void> => {
      const command = args.at(-1) as Command;
      const run = await load();
      await execute(command.name(), mergeGlobals(program, command), (context) =>
        run(context, ...(args.slice(0, -1) as Args)),
      );
    };

  const define = (usage: string, description: string, ...examples: readonly string[]): Command => {
    const command = program.command(usage).description(description);
    for (const option of globalOptions()) command.addOption(option.hideHelp());
    if (examples.length > 0) {
      command.addHelpText("after", `\nExamples:\n${examples.map((example) => `  $ ${example}`).join("\n")}`);
    }
    return command;
  };

  define(
    "init [dir]",
    "make a store in a folder, for everything below it",
    "agentlog init",
    "agentlog init ~/work",
  ).action(action(async () => (await import("./commands/init.js")).init));
  define("where", "print which store is used, which rule chose it, and what is in it", "agentlog where --json").action(
    action(async () => (await import("./commands/where.js")).where),
  );
  define(
    "run <command...>",
    "record a command as a session: its output, its end, and that it is alive meanwhile",
    "agentlog run -- npm test",
    "agentlog run --name nightly --tag branch=main -- ./build.sh --fast",
  )
    .option("--name <name>", "what to call the session")
    .option("--agent <agent>", "who runs it", "shell")
    .option(
      "--tag <key=value>",
      "a tag; may be given several times",
      (tag: string, tags: readonly string[] | undefined) => [...(tags ?? []), tag],
    )
    .option("--no-output", "leave the terminal to the command and do not record what it prints")
    .passThroughOptions()
    .action(action(async () => (await import("./commands/run.js")).run));
  define(
    "append <session> [source]",
    "append events: one by --type and --data, or NDJSON from stdin with -",
    `agentlog append 01a1f921 --type note.added --data '{"text":"checked by hand"}'`,
    "my-runner --events | agentlog append my-run - --create --json",
  )
    .option("--type <type>", "the event's type, such as note.added")
    .option("--data <json>", "the event's data, a JSON object")
    .option("--create", "make the session when there is none")
    .action(action(async () => (await import("./commands/append.js")).append));
  define(
    "import [path...]",
    "import agents' own transcripts; again adds only what is new",
    "agentlog import",
    "agentlog import ~/backup/projects --dry-run",
  )
    .option("--agent <agent>", "only this agent's")
    .option("--dry-run", "say what would be imported, and import nothing")
    .action(action(async () => (await import("./commands/import.js")).importCommand));
  define("ls", "list sessions, the latest first", "agentlog ls --limit 50", "agentlog ls --json")
    .option("--limit <n>", "at most this many", "20")
    .option("--agent <agent>", "only this agent's")
    .action(action(async () => (await import("./commands/ls.js")).ls));
  define("show <session>", "print what is known of a session", "agentlog show 01a1f921").action(
    action(async () => (await import("./commands/show.js")).show),
  );
  define(
    "log <session>",
    "print a session's events",
    "agentlog log 01a1f921 --from 100 --to 200",
    "agentlog log 01a1f921 --type tool.called --count",
  )
    .option("--from <seq>", "from this number on")
    .option("--to <seq>", "up to this number")
    .option("--type <type>", "only events of this type; * stands for anything")
    .option("--count", "print their number only")
    .action(action(async () => (await import("./commands/log.js")).log));
  define(
    "tail [session]",
    "print a session's last events, and with -f those to come",
    "agentlog tail --latest -f",
    "agentlog tail --active -f --json",
  )
    .option("--latest", "the session with the latest event")
    .option("--active", "every session that is live now, and with -f those that begin")
    .option("-f, --follow", "go on with the events to come")
    .option("-n, --lines <n>", "so many events of the past", "10")
    .action(action(async () => (await import("./commands/tail.js")).tail));
  define(
    "verify [session]",
    "prove that a session's log, or every one, is whole",
    "agentlog verify",
    "agentlog verify 01a1f921",
  )
    .option("--anchor <seq:hash>", "a head kept elsewhere, to check the log against")
    .action(action(async () => (await import("./commands/verify.js")).verify));
  define(
    "repair <session>",
    "set aside what is damaged in a session's log; keeps every event that counts",
    "agentlog repair 01a1f921 --dry-run",
  )
    .option("--dry-run", "say what would be done, and do nothing")
    .action(action(async () => (await import("./commands/repair.js")).repair));

  return program;
}
