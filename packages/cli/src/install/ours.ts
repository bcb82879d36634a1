import path from "node:path";
import { shellWords } from "./command-line.js";

/** Where a package of ours has its capture program: `…/@agentlog/cli/dist/hook.cjs` and the like. */
const HOOK_FILE = /[/\\](?:agentlog[/\\](?:cli[/\\])?(?:dist[/\\])?|cli[/\\]dist[/\\])hook\.cjs$/;

const COMMAND_NAMES: ReadonlySet<string> = new Set(["agentlog", "agentlog.cjs"]);

/**
 * True for a hook handler that starts our capture program for that agent, of whichever version and place: its last words
 * are `…/cli/dist/hook.cjs <agent>` or `agentlog hook <agent>`. `hook` is a capture program that counts wherever it is.
 */
export function isOurHandler(handler: unknown, agent: string, hook?: string): boolean {
  const words = handlerWords(handler);
  const [command, program, last] = (words ?? []).slice(-3);
  if (last !== agent || command === undefined || program === undefined) return false;
  if (program === hook || HOOK_FILE.test(program)) return true;
  return program === "hook" && COMMAND_NAMES.has(path.basename(command));
}

/** The words a handler starts: `command` or `exec` with `args`, or one command line. */
function handlerWords(handler: unknown): readonly string[] | undefined {
  if (typeof handler !== "object" || handler === null || Array.isArray(handler)) return undefined;
  const { command, exec, bash, args } = handler as Readonly<Record<string, unknown>>;
  const start = exec ?? command ?? bash;
  if (typeof start !== "string") return undefined;
  if (args === undefined) return shellWords(start);
  return Array.isArray(args) && args.every((word) => typeof word === "string") ? [start, ...args] : undefined;
}
