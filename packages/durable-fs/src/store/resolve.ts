import { isAbsolute, join, parse, resolve } from "node:path";
import { agentlogError } from "@agentlog/types";
import { nodeDisk, type Disk } from "../disk.js";
import { findAncestorStore, STORE_FOLDER } from "./ancestor.js";

export interface ResolveStoreOptions {
  /** What the caller was told. May be relative to `cwd`. */
  readonly store?: string | undefined;
  /** Default `process.cwd()`. */
  readonly cwd?: string | undefined;
  /** Default `process.env`. `AGENTLOG_HOME` and `HOME` (on Windows `USERPROFILE`) are read. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Default `nodeDisk`. */
  readonly disk?: Disk | undefined;
}

export interface ResolvedStore {
  /** Absolute. It need not exist. */
  readonly root: string;
  /** Which rule decided. */
  readonly rule: "argument" | "environment" | "ancestor" | "home";
  /** One line for the user: a nearer store was ignored, and why. */
  readonly note?: string;
}

/**
 * Decides where the store is, and is the only code that does. In this order: the argument; `AGENTLOG_HOME`; the nearest
 * ancestor's `.agentlog/` that this user made on this machine (owner and `machine` in its `store.json`), within 32
 * levels; `~/.agentlog`. Never a temporary directory, never the current one. Makes nothing.
 *
 * Throws `USAGE` for an argument or `AGENTLOG_HOME` that is empty, relative (the variable), the file-system root or holds
 * a NUL; `NO_STORE` when the last rule is reached and HOME is unset, relative or the file-system root.
 */
export function resolveStore(options: ResolveStoreOptions = {}): ResolvedStore {
  const { store, env = process.env, disk = nodeDisk } = options;
  const cwd = options.cwd ?? currentDirectory();
  if (store !== undefined) return { root: fromArgument(store, cwd), rule: "argument" };
  const configured = env["AGENTLOG_HOME"];
  if (configured) return { root: fromEnvironment(configured), rule: "environment" };
  const home = homeDirectory(env);
  const { root, note } = cwd === undefined ? { root: undefined, note: undefined } : findAncestorStore(cwd, home, disk);
  const withNote = note === undefined ? {} : { note };
  if (root !== undefined) return { root, rule: "ancestor", ...withNote };
  if (home !== undefined) return { root: join(home, STORE_FOLDER), rule: "home", ...withNote };
  throw noStore(env, note);
}

/** A deleted current directory has no name, and no ancestors to look at. */
function currentDirectory(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

function fromArgument(store: string, cwd: string | undefined): string {
  if (store === "") throw usage("the store's path is empty", "pass a directory");
  if (cwd === undefined && !isAbsolute(store)) throw usage("there is no current directory", "pass an absolute path");
  return checked(resolve(cwd ?? "/", store), "the store's path");
}

function fromEnvironment(path: string): string {
  if (!isAbsolute(path)) throw usage("AGENTLOG_HOME is a relative path", "set it to an absolute one, or unset it");
  return checked(resolve(path), "AGENTLOG_HOME");
}

function checked(root: string, what: string): string {
  if (root.includes("\0")) throw usage(`${what} holds a NUL`, "pass a plain path");
  if (isRoot(root)) throw usage(`${what} is the root of the file system`, "name a directory in it");
  return root;
}

/** Undefined unless it is an absolute path below the root: `HOME=/` is what service users and some containers have. */
function homeDirectory(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const home = homeVariable(env);
  if (!home || home.includes("\0") || !isAbsolute(home)) return undefined;
  const path = resolve(home);
  return isRoot(path) ? undefined : path;
}

function homeVariable(env: Readonly<Record<string, string | undefined>>): string | undefined {
  return env["HOME"] || (process.platform === "win32" ? env["USERPROFILE"] : undefined);
}

const isRoot = (path: string): boolean => parse(path).root === path;

const usage = (problem: string, hint: string): Error => agentlogError("USAGE", `${problem}: ${hint}`, { hint });

function noStore(env: Readonly<Record<string, string | undefined>>, note: string | undefined): Error {
  const home = homeVariable(env);
  const tried = [
    "no store was passed",
    "AGENTLOG_HOME is not set",
    note ?? "no directory above holds a store of yours",
    home ? `HOME is ${JSON.stringify(home.slice(0, 200))}, no absolute path below the root` : "HOME is not set",
  ];
  return agentlogError(
    "NO_STORE",
    `no place for the store: ${tried.join(", ")}; set AGENTLOG_HOME to an absolute path`,
    { tried },
  );
}
