import { agentlogError } from "@agentlog/types";
import { type Place } from "../place.js";
import { type InstallAgent, type InstallScope, type InstallTarget } from "../target.js";
import { claudeTarget } from "./claude.js";
import { codexTarget } from "./codex.js";
import { copilotTarget } from "./copilot.js";
import { geminiTarget } from "./gemini.js";
import { opencodeTarget } from "./opencode.js";

const TARGETS: Readonly<Record<InstallAgent, (scope: InstallScope, place: Place) => InstallTarget>> = {
  claude: claudeTarget,
  codex: codexTarget,
  copilot: copilotTarget,
  gemini: geminiTarget,
  opencode: opencodeTarget,
};

/** The agents there are hooks for. */
export const INSTALL_AGENTS = Object.keys(TARGETS) as readonly InstallAgent[];

const SCOPES: readonly string[] = ["user", "project"];

/** Where and how an agent is told to record. Touches nothing. Throws `USAGE` for a name or scope that is none. */
export function installTarget(agent: string, scope: string, place: Place): InstallTarget {
  if (!Object.hasOwn(TARGETS, agent)) {
    throw usage(
      `there are no hooks for agent ${JSON.stringify(agent.slice(0, 40))}`,
      `known: ${INSTALL_AGENTS.join(", ")}`,
    );
  }
  if (!SCOPES.includes(scope)) {
    throw usage(`--scope ${JSON.stringify(scope.slice(0, 40))} is none`, "use user or project");
  }
  return TARGETS[agent as InstallAgent](scope as InstallScope, place);
}

function usage(what: string, hint: string): Error {
  return agentlogError("USAGE", `${what}; ${hint}`, { hint });
}
