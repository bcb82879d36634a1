import { agentlogError, type AgentlogError } from "@agentlog/types";

/** An `UNSAFE_PATH` error in one line: what is wrong with the path, and what to do about it. */
export function unsafePath(
  path: string,
  reason: string,
  advice: string,
  cause?: unknown,
): AgentlogError<"UNSAFE_PATH"> {
  return agentlogError("UNSAFE_PATH", `${path} ${reason}; ${advice}`, { path, reason }, { cause });
}

/** What is wrong with an owner: undefined when `uid` is this process's effective user, or where users have no numbers. */
export function foreignOwner(uid: number): string | undefined {
  const me = process.geteuid?.();
  return me === undefined || uid === me ? undefined : `belongs to user ${uid}, not to you (user ${me})`;
}

/** What to do about a path of another user. */
export const OWNER_ADVICE = "use a path of your own, or run as its owner";
