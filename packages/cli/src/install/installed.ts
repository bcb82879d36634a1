import { isDeepStrictEqual } from "node:util";
import { type Disk, nodeDisk } from "@agentlog/durable-fs";
import { installTarget } from "./agents/index.js";
import { readReceipt } from "./disk/receipt.js";
import { findFile, type FoundFile } from "./disk/settings-file.js";
import { type Place } from "./place.js";
import { type CaptureProgram } from "./program.js";
import {
  type FileTarget,
  type InstallAgent,
  type InstallScope,
  type InstallTarget,
  type SettingsTarget,
} from "./target.js";
import { findHooks, ourValues } from "./text/our-hooks.js";
import { parseSettings } from "./text/settings-text.js";

/** What is installed for an agent. */
export interface Installation {
  readonly agent: InstallAgent;
  readonly scope: InstallScope;
  readonly file: string;
  readonly installed: boolean;
  /** The agent's own names of the events that are captured. */
  readonly events: readonly string[];
  /** Every event is captured, once, by this very program, as this version would set it up. */
  readonly current: boolean;
  /** When it was installed first, where that is known; RFC 3339, UTC. */
  readonly since?: string;
}

export interface ReadInstallationOptions extends Place {
  /** The capture program that counts as current. */
  readonly program: CaptureProgram;
  /** Default `nodeDisk`. */
  readonly disk?: Disk;
}

/**
 * Whether an agent's sessions are captured. Changes nothing.
 *
 * Throws `USAGE` for an unknown agent or scope, `INVALID_SETTINGS` for a file that cannot be read as the agent's settings,
 * `UNSAFE_PATH`, `IO_ERROR`.
 */
export function readInstallation(agent: string, scope: string, options: ReadInstallationOptions): Installation {
  const { disk = nodeDisk, program } = options;
  const target = installTarget(agent, scope, options);
  const state = installationIn(findFile(target, disk), target, program);
  const since = state.installed ? readReceipt(target.file, disk)?.installed : undefined;
  return {
    agent: target.agent,
    scope: target.scope,
    file: target.file,
    ...state,
    ...(since === undefined ? {} : { since }),
  };
}

type State = Pick<Installation, "installed" | "events" | "current">;

const NOTHING: State = { installed: false, events: [], current: false };

/** The same, of a file that was read already. */
export function installationIn({ bytes }: FoundFile, target: InstallTarget, program: CaptureProgram): State {
  if (bytes === undefined) return NOTHING;
  return target.kind === "file" ? inFile(bytes, target, program) : inSettings(bytes, target, program);
}

function inFile(bytes: Buffer, target: FileTarget, program: CaptureProgram): State {
  const text = bytes.toString();
  if (!target.isOurs(text)) return NOTHING;
  return { installed: true, events: target.events, current: text === target.content(program) };
}

function inSettings(bytes: Buffer, target: SettingsTarget, program: CaptureProgram): State {
  const settings = parseSettings(target.file, bytes, { comments: true });
  const found = findHooks(settings, target, false, program.hook)
    .events.map((event) => ({ name: event.name, values: ourValues(event) }))
    .filter(({ values }) => values.length > 0);
  const wanted = (event: string): readonly unknown[] => [target.handler(event, program)];
  const current =
    found.length === target.events.length &&
    found.every(({ name, values }) => target.events.includes(name) && isDeepStrictEqual(values, wanted(name)));
  return { installed: found.length > 0, events: found.map(({ name }) => name), current };
}
