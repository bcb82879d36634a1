import { spawn } from "node:child_process";
import fs from "node:fs";
import { cleanEnvironment } from "./clean-environment.js";

/** A command that is started again and again. */
export interface Program {
  readonly args: readonly string[];
  /** The root of its store. */
  readonly store: string;
  /** What it finds on its stdin. */
  readonly input?: { readonly file: string; readonly through: "file" | "pipe" };
}

/** Milliseconds from the start of a process of the running Node to its end. Throws when it fails. */
export async function runProgram({ args, store, input }: Program): Promise<number> {
  const piped = input?.through === "pipe" ? fs.readFileSync(input.file) : undefined;
  const stdin = input?.through === "file" ? fs.openSync(input.file, "r") : undefined;
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    // What Node keeps compiled stays in the run's folder, and is there after the first start.
    env: cleanEnvironment({ AGENTLOG_HOME: store, XDG_CACHE_HOME: `${store}.cache` }),
    stdio: [piped === undefined ? (stdin ?? "ignore") : "pipe", "ignore", "pipe"],
  });
  // A program that reads no stdin closes the pipe.
  child.stdin?.on("error", () => {});
  if (piped !== undefined) child.stdin?.end(piped);
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const [code, ms] = await new Promise<[number | null, number]>((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (status) => resolve([status, performance.now() - started]));
  });
  if (stdin !== undefined) fs.closeSync(stdin);
  if (code !== 0) throw new Error(`node ${args.join(" ")} ended with ${String(code)}: ${errors}`);
  return ms;
}
