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

const argv = process.argv.slice(2);
const asksForHelp = argv.includes("--help") || argv.includes("-h");
const asksForVersion = argv.length === 1 && (argv[0] === "--version" || argv[0] === "-V");
if (commandOf(argv) === "hook" && !asksForHelp) require("./hook.cjs");
else if (!asksForVersion || !printVersion()) require("./main.cjs");
