import path from "node:path";
import { agentlogError } from "@agentlog/types";
import { quoteForShell } from "../command-line.js";
import { type Place, homeFolder, projectFolder } from "../place.js";
import { type InstallScope, type SettingsTarget } from "../target.js";
import { requirePosixShell } from "./posix-shell.js";

/** Milliseconds: Gemini CLI is the one that counts in them. */
const TIMEOUT = 10_000;

/** Events of Gemini CLI 0.61.0 but those of the model: `AfterModel` comes with every piece of an answer. */
const EVENTS: readonly string[] = [
  "SessionStart",
  "SessionEnd",
  "BeforeAgent",
  "AfterAgent",
  "BeforeTool",
  "AfterTool",
  "PreCompress",
  "Notification",
];

/**
 * Gemini CLI: `hooks` in settings.json, which may hold comments. `GEMINI_CLI_HOME` takes the place of the home. A handler
 * has one command line for a shell; so its words are quoted for a POSIX shell.
 */
export function geminiTarget(scope: InstallScope, place: Place): SettingsTarget {
  const user = scope === "user";
  const given = place.env["GEMINI_CLI_HOME"];
  const home = given === undefined || given === "" ? () => homeFolder(place) : () => path.resolve(place.cwd, given);
  const folder = path.join(user ? home() : projectFolder(place), ".gemini");
  return {
    kind: "settings",
    agent: "gemini",
    scope,
    file: path.join(folder, "settings.json"),
    boundaries: user ? [homeFolder(place), folder] : [projectFolder(place)],
    nesting: "groups",
    comments: true,
    fresh: {},
    events: EVENTS,
    notes: user ? [] : ["it holds paths of this machine: keep it out of the repository"],
    check: ({ node, hook }) => {
      requirePosixShell("gemini");
      refuseVariables([node, hook]);
    },
    handler: (_event, { node, hook }) => ({
      name: "agentlog",
      type: "command",
      command: quoteForShell([node, hook, "gemini"]),
      timeout: TIMEOUT,
    }),
  };
}

/** Gemini CLI puts environment variables into its settings' strings, within quotes too; a `$` cannot be escaped. */
function refuseVariables(words: readonly string[]): void {
  const bad = words.find((word) => word.includes("$"));
  if (bad === undefined) return;
  throw agentlogError("USAGE", `Gemini CLI would replace the $ in ${bad}; install agentlog at a path without one`, {
    hint: "install at a path without $",
  });
}
