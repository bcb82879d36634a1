import fs from "node:fs";
import { VERSION } from "./version.js";

// The program behind `agentlog`. A hook runs at each step of an agent, so it gets a file of its own that holds nothing else;
// the commands are in another one.

/** The first word that is no flag, nor the value of one. */
function commandOf(argv: readonly string[]): string | undefined {
  const at = argv.findIndex((word, index) => !word.startsWith("-") && argv[index - 1] !== "--store");
  return argv[at];
}

function printVersion(): boolean {
  try {
    fs.writeSync(1, `${VERSION}\n`);
    return true;
  } catch {
    return false;
  }
}

/**
 * Has Node (22.1 or newer) keep what it compiled in the user's own cache folder, which takes a tenth off each further start.
 * Not for a hook: it is too small to gain, and must not write where nobody asked it to.
 */
function keepCompiled(): void {
  const { XDG_CACHE_HOME: cache = "", HOME: home = "" } = process.env;
  const folder = cache.startsWith("/") ? cache : home.startsWith("/") ? `${home}/.cache` : undefined;
  if (folder === undefined) return;
  const module = process.getBuiltinModule?.("node:module") as
    | { enableCompileCache?: (folder: string) => unknown }
    | undefined;
  module?.enableCompileCache?.(`${folder}/agentlog`);
}

const argv = process.argv.slice(2);
const asksForHelp = argv.includes("--help") || argv.includes("-h");
const asksForVersion = argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V");
if (commandOf(argv) === "hook" && !asksForHelp) require("./hook.cjs");
else if (!asksForVersion || !printVersion()) {
  keepCompiled();
  require("./main.cjs");
}
