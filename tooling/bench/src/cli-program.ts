import { fileURLToPath } from "node:url";

const file = (name: string): string => fileURLToPath(new URL(`../../../packages/cli/dist/${name}`, import.meta.url));

/** What the package's `bin` names. */
export const AGENTLOG: string = file("agentlog.cjs");
/** What `agentlog install` writes into the settings of agents. */
export const CAPTURE: string = file("hook.cjs");
/** What every start of a process is compared with. */
export const NOTHING: readonly string[] = ["-e", "0"];
