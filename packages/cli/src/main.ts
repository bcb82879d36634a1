import { isAgentlogError } from "@agentlog/types";
import { type Command, CommanderError } from "commander";
import { createContext, type Context } from "./context.js";
import { EXIT, exitCodeOf } from "./exit-code.js";
import { type Io, processIo } from "./io.js";
import { createOutput, type GlobalOptions } from "./output.js";
import { createProgram } from "./program.js";

/** Runs one command line, without the program's name in front. Resolves to the exit code; never throws. */
export async function main(argv: readonly string[], io: Io = processIo()): Promise<number> {
  watchOutput(io);
  let code: number = EXIT.ok;
  let options: GlobalOptions = { json: argv.includes("--json") };
  let command = "";
  const program = createProgram(argv, io, async (name, chosen, run) => {
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
      await output.refusal(describeRefusal(error, groupOf(program, argv)));
      return EXIT.usage;
    }
    await output.failure(command, error);
    return isAgentlogError(error) ? exitCodeOf(error) : EXIT.bug;
  }
}

function watchOutput(io: Io): void {
  io.stdout.on("error", (error: NodeJS.ErrnoException) => {
    // `agentlog … | head`: the reader has what it wanted.
    if (error.code === "EPIPE") process.exit(EXIT.ok);
    io.stderr.write(`agentlog: cannot write to stdout: ${error.code ?? error.message}\n`);
    process.exit(EXIT.io);
  });
}

/** `error: unknown command 'lgo'\n(Did you mean log?)` as one sentence of ours. */
function describeRefusal({ code, message }: CommanderError, group: string): string {
  if (code === "commander.help") return `there is no such command; agentlog ${group}--help lists them`;
  return `${message.replace(/^error: /, "").replaceAll("\n", " ")}; see agentlog --help`;
}

/** `"snapshot "` where that group's command is what is missing. */
function groupOf(program: Command, argv: readonly string[]): string {
  const group = program.commands.find((one) => one.commands.length > 0 && argv.includes(one.name()));
  return group === undefined ? "" : `${group.name()} `;
}

async function overview(context: Context): Promise<number> {
  return (await import("./commands/overview.js")).overview(context);
}
