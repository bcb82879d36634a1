import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { createSession, parentFromEnvironment, sessionEnvironment, type SessionWriter } from "@agentlog/session-writer";
import { agentlogError } from "@agentlog/types";
import { type Context } from "../context.js";
import { recordOutput } from "../run/record-output.js";
import { forwardSignals, surviveFileSizeLimit } from "../run/signals.js";
import { escapeText } from "../text/escape.js";

interface RunOptions {
  readonly name?: string;
  readonly agent: string;
  readonly tag?: readonly string[];
  readonly output: boolean;
}

/** How the child ended. */
interface Ending {
  readonly exitCode: number | undefined;
  readonly signal: NodeJS.Signals | undefined;
  /** Why it did not even start. */
  readonly failure: NodeJS.ErrnoException | undefined;
}

const STEP = "run";

/**
 * Runs a command and records it. The exit code is the command's; 128 + n when signal n ended it; 127 when it was not found
 * and 126 when it could not be started, as a shell has it.
 */
export async function run(context: Context, command: readonly string[], options: RunOptions): Promise<number> {
  const { io, output } = context;
  const tags = parseTags(options.tag ?? []);
  surviveFileSizeLimit();
  const complain = complainOnce(output);
  const { parent, trace } = parentFromEnvironment(io.env);
  await using work = await context.open({ create: true });
  const session = await createSession({
    store: work.store,
    registry: work.registry,
    onRegistryError: complain,
    agent: options.agent,
    command,
    cwd: io.cwd,
    tags,
    name: options.name,
    parent,
    trace,
  });
  const started = performance.now();
  await session.step.started({ step: STEP, command, cwd: io.cwd });
  const child = start(context, command, session, options.output);
  const forwarding = forwardSignals(child);
  const ended = waitForEnd(child);
  const recorded = options.output ? recordBoth(context, child, session, complain) : Promise.resolve();
  const ending = await ended;
  // A child of the command may hold its output open for ever: a signal ends the wait for it.
  await Promise.race([recorded, forwarding.interrupted]);
  forwarding.stop();
  child.stdout?.destroy();
  child.stderr?.destroy();
  // The command is what matters to its caller: its exit code stays, whatever became of the record.
  await finish(session, ending, performance.now() - started).catch(complain);
  if (ending.failure !== undefined) {
    output.note(
      `agentlog: cannot start ${escapeText(command[0] ?? "")}: ${ending.failure.code ?? ending.failure.message}`,
    );
  }
  await output.result("run", { session: session.id, exitCode: exitCode(ending), signal: ending.signal ?? null });
  return exitCode(ending);
}

function start({ io }: Context, command: readonly string[], session: SessionWriter, piped: boolean): ChildProcess {
  const [program = "", ...args] = command;
  const { columns, rows } = io.stdout;
  const size =
    piped && columns !== undefined && rows !== undefined ? { COLUMNS: String(columns), LINES: String(rows) } : {};
  return spawn(program, args, {
    cwd: io.cwd,
    // What runs agentlog inside means this store, wherever it was named.
    env: { ...io.env, ...size, ...sessionEnvironment(session), AGENTLOG_HOME: session.store.root },
    stdio: piped ? ["inherit", "pipe", "pipe"] : "inherit",
  });
}

function waitForEnd(child: ChildProcess): Promise<Ending> {
  return new Promise((resolve) => {
    child.once("error", (failure) => {
      if (child.pid === undefined) resolve({ exitCode: undefined, signal: undefined, failure });
    });
    child.once("exit", (exitCode, signal) =>
      resolve({ exitCode: exitCode ?? undefined, signal: signal ?? undefined, failure: undefined }),
    );
  });
}

async function recordBoth(
  { io, options }: Context,
  child: ChildProcess,
  session: SessionWriter,
  onFailure: (error: unknown) => void,
): Promise<void> {
  // With --json our stdout is for the envelope: the child's words are for people.
  const stdout = options.json === true ? io.stderr : io.stdout;
  const streams = [
    { from: child.stdout, to: stdout, stream: "stdout" as const },
    { from: child.stderr, to: io.stderr, stream: "stderr" as const },
  ];
  await Promise.all(
    streams.map(async ({ from, to, stream }) => {
      if (from !== null) await recordOutput({ from, to, stream, step: STEP, session, onFailure });
    }),
  );
}

/** A store that fails does so at every line: the first time says it. */
function complainOnce(output: Context["output"]): (error: unknown) => void {
  let told = false;
  return (error) => {
    if (told) return;
    told = true;
    const reason = escapeText(error instanceof Error ? error.message : String(error));
    output.note(`agentlog: not all of it could be recorded: ${reason}`);
  };
}

async function finish(session: SessionWriter, ending: Ending, durationMs: number): Promise<void> {
  const { exitCode: code, signal, failure } = ending;
  const how = { ...(code === undefined ? {} : { exitCode: code }), ...(signal === undefined ? {} : { signal }) };
  if (code === 0) {
    await session.step.completed({ step: STEP, exitCode: 0, durationMs: Math.round(durationMs) });
    await session.finish({ outcome: "success", exitCode: 0 });
    return;
  }
  const error = failure === undefined ? describe(ending) : `cannot start: ${failure.code ?? "unknown error"}`;
  await session.step.failed({ step: STEP, attempt: 1, durationMs: Math.round(durationMs), error, ...how });
  await session.finish({
    outcome: signal === undefined ? "failure" : "aborted",
    reason: failure === undefined ? "exit" : "not started",
    error,
    ...how,
  });
}

function describe({ exitCode: code, signal }: Ending): string {
  return signal === undefined ? `exit code ${code ?? "unknown"}` : `ended by ${signal}`;
}

function exitCode({ exitCode: code, signal, failure }: Ending): number {
  if (failure !== undefined) return failure.code === "ENOENT" ? 127 : 126;
  return signal === undefined ? (code ?? 1) : 128 + constants.signals[signal];
}

function parseTags(tags: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    tags.map((tag) => {
      const equals = tag.indexOf("=");
      if (equals > 0) return [tag.slice(0, equals), tag.slice(equals + 1)];
      const hint = "give a tag as key=value";
      throw agentlogError("USAGE", `--tag ${JSON.stringify(tag.slice(0, 40))}: ${hint}`, { hint });
    }),
  );
}
