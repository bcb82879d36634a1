import { type ChildProcessWithoutNullStreams, spawn, type StdioOptions } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

/** The bundled command: what a user gets. */
export const BINARY: string = fileURLToPath(new URL("../../dist/agentlog.cjs", import.meta.url));

/** What a process left behind. */
export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** `stdout` as text. */
  readonly out: string;
  /** `stderr` as text. */
  readonly err: string;
}

export interface RunOptions {
  readonly input?: string | Uint8Array;
  /** Added to the sandbox's environment; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Whom it runs as; only root can choose. */
  readonly uid?: number;
}

export interface Running {
  readonly process: ChildProcessWithoutNullStreams;
  readonly over: Promise<Ran>;
  /** Resolves when stdout so far fits; rejects when the process ends before. */
  until(pattern: RegExp | ((stdout: string) => boolean)): Promise<string>;
}

/** A home, a working directory and a store of one test's own, and the command in them. */
export interface Sandbox {
  readonly dir: string;
  readonly home: string;
  readonly work: string;
  readonly store: string;
  readonly env: Readonly<Record<string, string>>;
  /** Runs the command to its end, on the sandbox's store. */
  run(args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** The data of a command's envelope; throws when there is anything else on stdout or the command failed. */
  data(args: readonly string[], options?: RunOptions): Promise<any>;
  /** All events of a session. */
  events(session: string): Promise<any[]>;
  start(args: readonly string[], options?: RunOptions): Running;
  /** Any other program in the same place. */
  spawn(program: string, args: readonly string[], options?: RunOptions & { readonly stdio?: StdioOptions }): Running;
  /** The file of a session's log. */
  logFile(session: string): Promise<string>;
}

export function sandbox(): Sandbox {
  if (!existsSync(BINARY)) throw new Error("the tests run the bundle: pnpm build first");
  const dir = realpathSync(mkdtempSync(join(tmpdir(), "agentlog-cli-")));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true, maxRetries: 5 }));
  const [home, work, store] = [join(dir, "home"), join(dir, "work"), join(dir, "store")];
  mkdirSync(home);
  mkdirSync(work);
  const env = { PATH: process.env["PATH"] ?? "", HOME: home, AGENTLOG_HOME: store, TZ: "UTC", LANG: "C.UTF-8" };

  const start: Sandbox["spawn"] = (program, args, options = {}) => {
    const child = spawn(program, args, {
      cwd: options.cwd ?? work,
      env: defined({ ...env, ...options.env }),
      stdio: options.stdio ?? "pipe",
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    }) as ChildProcessWithoutNullStreams;
    return watch(child, options.input);
  };
  const run: Sandbox["run"] = (args, options) =>
    start(process.execPath, [BINARY, ...args], { input: "", ...options }).over;
  const data: Sandbox["data"] = async (args, options) => {
    const { code, out, err } = await run([...args, "--json"], options);
    const envelope = JSON.parse(out) as { agentlog: number; ok: boolean; data: unknown };
    if (code !== 0 || envelope.agentlog !== 1 || !envelope.ok)
      throw new Error(`${args.join(" ")}: ${code} ${out} ${err}`);
    return envelope.data;
  };
  return {
    dir,
    home,
    work,
    store,
    env,
    run,
    data,
    events: async (session) => (await data(["log", session])).events,
    start: (args, options) => start(process.execPath, [BINARY, ...args], options),
    spawn: start,
    logFile: async (session) => (await data(["show", session])).log,
  };
}

/** Runs the command as somebody whom modes stop: where the tests run as root, as "nobody", who then owns the sandbox. */
export async function asOrdinaryUser(
  box: Sandbox,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  if (process.geteuid?.() !== 0) return box.run(args, { env });
  await box.spawn("chown", ["-R", "65534:65534", box.dir], { input: "" }).over;
  return box.spawn(process.execPath, [BINARY, ...args], { input: "", env, uid: 65_534 }).over;
}

function defined(env: Readonly<Record<string, string | undefined>>): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined));
}

function watch(child: ChildProcessWithoutNullStreams, input: string | Uint8Array | undefined): Running {
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const lookers = new Set<() => void>();
  const look = (): void => {
    for (const looker of lookers) looker();
  };
  child.stdout?.on("data", (chunk: Buffer) => {
    out.push(chunk);
    look();
  });
  child.stderr?.on("data", (chunk: Buffer) => err.push(chunk));
  // A process may end without reading what it is given.
  child.stdin?.on("error", () => {});
  if (input !== undefined) child.stdin?.end(input);
  let ended = false;
  const over = new Promise<Ran>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      ended = true;
      const [stdout, stderr] = [Buffer.concat(out), Buffer.concat(err)];
      resolve({ code, signal, stdout, stderr, out: stdout.toString(), err: stderr.toString() });
      look();
    });
  });
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await over.catch(() => {});
  });
  const until: Running["until"] = (pattern) =>
    new Promise((resolve, reject) => {
      const looker = (): void => {
        const text = Buffer.concat(out).toString();
        if (typeof pattern === "function" ? pattern(text) : pattern.test(text)) resolve(text);
        else if (ended) reject(new Error(`ended before that: ${text}${Buffer.concat(err).toString()}`));
        else return;
        lookers.delete(looker);
      };
      lookers.add(looker);
      looker();
    });
  return { process: child, over, until };
}
