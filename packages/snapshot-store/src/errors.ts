import { agentlogError, type AgentlogError } from "@agentlog/types";

/** A key in a message: one line, and not the whole of a long one. */
export function shown(key: string): string {
  return JSON.stringify(key.length > 60 ? `${key.slice(0, 60)}…` : key);
}

export function versionConflict(path: string, key: string, expected: number, actual: number): AgentlogError {
  const found = actual === 0 ? "there is none" : `version ${actual} is there`;
  return agentlogError(
    "VERSION_CONFLICT",
    `${shown(key)} was to be version ${expected}, and ${found} at ${path}; load it, apply your change to that, save again`,
    { path, key, expected, actual },
  );
}

export function corruptSnapshot(
  path: string,
  key: string,
  reason: string,
  cause?: unknown,
): AgentlogError<"CORRUPT_SNAPSHOT"> {
  return agentlogError(
    "CORRUPT_SNAPSHOT",
    `${path} cannot be read: ${reason}; it is left as it is; look at it, or move it aside to begin again`,
    { path, key, reason },
    cause === undefined ? undefined : { cause },
  );
}

export function usage(message: string, hint?: string): AgentlogError {
  return agentlogError("USAGE", hint === undefined ? message : `${message}; ${hint}`, { hint });
}
