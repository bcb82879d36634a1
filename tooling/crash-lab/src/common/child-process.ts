import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The built file of a child, such as `log/storm-worker`; the same from `src`, where the tests run, and from `dist`. */
export function childScript(name: string): string {
  return fileURLToPath(new URL(`../../dist/${name}.js`, import.meta.url));
}

/** Without the certificates that some machines make every Node load: they cost each child 30 ms of its start. */
export function childEnvironment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _certificates, ...environment } = process.env;
  return environment;
}

/** What a child wrote, by the time it has ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Child {
  readonly process: ChildProcess;
  readonly pid: number;
  /** Resolves with the next whole line it prints; rejects when it ends first. */
  line(): Promise<string>;
  readonly ended: Promise<Ended>;
}

/** Starts one of this package's children. */
export function startChild(name: string, args: readonly string[]): Child {
  return startCommand(process.execPath, [childScript(name), ...args]);
}

/**
 * Starts any program, with all three streams as pipes.
 *
 * @param options `ownGroup`: it and all that it starts can then be killed together, by the negative of its pid
 */
export function startCommand(
  command: string,
  args: readonly string[],
  options: { readonly ownGroup?: boolean } = {},
): Child {
  const stdio: StdioOptions = ["pipe", "pipe", "pipe"];
  const child = spawn(command, args, { stdio, env: childEnvironment(), detached: options.ownGroup ?? false });
  if (child.pid === undefined) throw new Error(`${command} could not be started`);
  const lines: string[] = [];
  const waiting: { readonly resolve: (line: string) => void; readonly reject: (error: Error) => void }[] = [];
  let stdout = "";
  let stderr = "";
  let rest = "";
  let over = false;
  child.stdin?.on("error", () => {});
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
    const whole = (rest + text).split("\n");
    rest = whole.pop() ?? "";
    for (const line of whole) {
      const next = waiting.shift();
      if (next === undefined) lines.push(line);
      else next.resolve(line);
    }
  });
  const endedEarly = (): Error => new Error(`${command} ${args.join(" ")} ended before it said more: ${stderr}`);
  const ended = new Promise<Ended>((resolve) => {
    child.once("close", (code, signal) => {
      over = true;
      for (const { reject } of waiting) reject(endedEarly());
      resolve({ code, signal, stdout, stderr });
    });
  });
  return {
    process: child,
    pid: child.pid,
    ended,
    line: () =>
      new Promise((resolve, reject) => {
        const line = lines.shift();
        if (line !== undefined) resolve(line);
        else if (over) reject(endedEarly());
        else waiting.push({ resolve, reject });
      }),
  };
}
