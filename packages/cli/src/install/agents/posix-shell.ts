import { agentlogError } from "@agentlog/types";
import { type InstallAgent } from "../target.js";

/** Throws `USAGE` on Windows: which shell reads the line there, and how it quotes, differs by agent and by machine. */
export function requirePosixShell(agent: InstallAgent): void {
  if (process.platform !== "win32") return;
  throw agentlogError("USAGE", `hooks of ${agent} take a POSIX shell's command line; on Windows use it inside WSL`, {
    hint: "run it inside WSL",
  });
}
