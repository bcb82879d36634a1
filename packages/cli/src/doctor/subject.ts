import {
  type Disk,
  errnoOf,
  openStore,
  readOnlyDisk,
  resolveStore,
  type ResolvedStore,
  storeLayout,
  type StoreLayout,
} from "@agentlog/durable-fs";
import { readRegistry, type RegistryContent } from "@agentlog/session-registry";
import { sessionIds } from "@agentlog/session-writer";
import { isAgentlogError, type SessionId } from "@agentlog/types";
import { type GlobalOptions } from "../output.js";
import { quoteForShell } from "../install/command-line.js";
import { type Place } from "../install/place.js";
import { type CaptureProgram } from "../install/program.js";

/** How the store is. */
export type StoreState =
  /** It opens. */
  | "open"
  /** There is none. */
  | "missing"
  /** Commands refuse it: `refusal` says why. */
  | "refused"
  /** Not even its place can be told. */
  | "nowhere";

/** What is looked at, through a disk that lets nothing be changed. */
export interface Subject extends Place {
  readonly disk: Disk;
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly program: CaptureProgram;
  /** Of this Node, as `22.13.0`. */
  readonly nodeVersion: string;
  readonly resolved: ResolvedStore | undefined;
  readonly state: StoreState;
  readonly refusal: Error | undefined;
  /** Format and warnings of a store that opens. */
  readonly opened: { readonly format: number; readonly warnings: readonly string[] } | undefined;
  /** The paths of a store whose content can be looked at, whether it opens or not. */
  readonly layout: StoreLayout | undefined;
  /** A command line of ours that works on this very store. */
  command(...words: readonly string[]): string;
  /** The sessions that have a folder. Throws `IO_ERROR`. */
  sessions(): readonly SessionId[];
  /** What the registry's log says, read once. Throws what reading it throws. */
  registry(): Promise<RegistryContent>;
}

export interface SubjectOptions extends Place {
  readonly program: CaptureProgram;
  readonly nodeVersion: string;
  readonly now: number;
  readonly disk?: Disk;
}

/** Looks for the store. Throws `USAGE` for a `--store` that is none. */
export function createSubject(options: Pick<GlobalOptions, "store">, given: SubjectOptions): Subject {
  const disk = readOnlyDisk(given.disk);
  const found = findStore(options.store, given, disk);
  const { layout, resolved } = found;
  const ofStore = (): StoreLayout => {
    if (layout === undefined) throw new Error("there is no store to look at");
    return layout;
  };
  let content: Promise<RegistryContent> | undefined;
  return {
    ...given,
    ...found,
    disk,
    command: (...words) =>
      quoteForShell(["agentlog", ...words, ...(resolved?.rule === "argument" ? ["--store", resolved.root] : [])]),
    sessions: () => sessionIds({ root: ofStore().root, layout: ofStore() }, disk),
    registry: () => (content ??= readRegistry({ layout: ofStore() }, { disk })),
  };
}

type FoundStore = Pick<Subject, "resolved" | "state" | "refusal" | "opened" | "layout">;

const NOTHING: FoundStore = {
  resolved: undefined,
  state: "nowhere",
  refusal: undefined,
  opened: undefined,
  layout: undefined,
};

function findStore(store: string | undefined, { cwd, env }: Place, disk: Disk): FoundStore {
  let resolved: ResolvedStore;
  try {
    resolved = resolveStore({ cwd, env, disk, ...(store === undefined ? {} : { store }) });
  } catch (error) {
    if (store !== undefined || !isAgentlogError(error)) throw error;
    return { ...NOTHING, refusal: error };
  }
  const { root } = resolved;
  const layout = storeLayout(root);
  try {
    const opened = openStore(root, { create: false, disk });
    if (opened !== undefined) return { ...NOTHING, resolved, state: "open", opened, layout };
    const isThere = namesIn(root, disk).some((name) => STORE_NAMES.has(name));
    return { ...NOTHING, resolved, state: "missing", layout: isThere ? layout : undefined };
  } catch (error) {
    if (!isAgentlogError(error)) throw error;
    const canLook = isOwnFolder(root, disk) && !isNewer(error);
    return { ...NOTHING, resolved, state: "refused", refusal: error, layout: canLook ? layout : undefined };
  }
}

/** What a store has even where its `store.json` is gone. */
const STORE_NAMES: ReadonlySet<string> = new Set(["sessions", "registry", "spool", "snapshots", "bindings.json"]);

/** What a newer version wrote means nothing that this one could judge. */
function isNewer(error: Error): boolean {
  return isAgentlogError(error, "STORE_FORMAT") && error.found !== "damaged";
}

function isOwnFolder(root: string, disk: Disk): boolean {
  try {
    const stats = disk.lstatSync(root);
    const me = process.geteuid?.();
    return stats.isDirectory() && (me === undefined || stats.uid === me);
  } catch {
    return false;
  }
}

function namesIn(folder: string, disk: Disk): readonly string[] {
  try {
    return disk.readdirSync(folder);
  } catch (error) {
    if (errnoOf(error) !== undefined) return [];
    throw error;
  }
}
