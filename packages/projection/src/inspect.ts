import { join } from "node:path";
import { type Disk, errnoOf, nodeDisk } from "@agentlog/durable-fs";
import { toIoError } from "@agentlog/types";
import { readManifest } from "./file/manifest.js";
import { isDamaged } from "./file/damage.js";
import { fitOf } from "./log.js";
import { toPosition } from "./position.js";
import { SCHEMA_VERSION } from "./sqlite/schema.js";
import { type Database, loadSqlite, type Row } from "./sqlite/load.js";
import { type FoldPosition } from "./store.js";

/**
 * How a kept read model stands to its log: `fits`, it is the log's up to its position; `empty`, nothing is kept in it;
 * `unfit`, the log has another line there or ends before; `damaged`; `in-use`, SQLite has not written all of it to its file;
 * `unknown`, this Node or this version cannot read it.
 */
export type KeptState = "fits" | "empty" | "unfit" | "damaged" | "in-use" | "unknown";

/** A read model that lies in a folder. */
export interface KeptReadModel {
  readonly path: string;
  readonly kind: "sqlite" | "file";
  /** Of the projection; undefined where that cannot be read. A name that was no safe one is in its safe form. */
  readonly name: string | undefined;
  readonly version: number | undefined;
  readonly state: KeptState;
  readonly position: FoldPosition | undefined;
}

export interface InspectOptions {
  /** Where `read-model.db` and the folder `checkpoints` may be, as for `openReadModel`. */
  readonly directory: string;
  /** The path of the log that they are made from. */
  readonly log: string;
  /** Default: Node's `fs`. What SQLite itself reads does not go through it. */
  readonly disk?: Disk | undefined;
}

/**
 * What is kept in a folder of read models, and whether it fits its log. Changes nothing, takes no lock and makes no
 * journal: what a writer has not brought to the database's file yet is not seen. Throws `IO_ERROR`.
 */
export function inspectReadModels(options: InspectOptions): readonly KeptReadModel[] {
  return [...inspectDatabase(options), ...inspectFolders(options)];
}

type Kept = Pick<KeptReadModel, "state" | "position">;

const NOTHING_READ = { name: undefined, version: undefined, position: undefined } as const;

function stateOf({ log, disk = nodeDisk }: InspectOptions, position: FoldPosition | undefined): Kept {
  if (position === undefined) return { state: "empty", position };
  return { state: fitOf(disk, log, position) === "unfit" ? "unfit" : "fits", position };
}

function inspectFolders(options: InspectOptions): readonly KeptReadModel[] {
  const { directory, disk = nodeDisk } = options;
  const place = join(directory, "checkpoints");
  return namesIn(place, disk).flatMap((folder) => {
    const [, name, version] = /^([^.].*)\.v(\d{1,9})$/.exec(folder) ?? [];
    if (name === undefined) return [];
    const path = join(place, folder);
    return [{ path, kind: "file" as const, name, version: Number(version), ...inspectFolder(options, path) }];
  });
}

function inspectFolder(options: InspectOptions, path: string): Kept {
  const { disk = nodeDisk } = options;
  try {
    const { position, segments } = readManifest(disk, join(path, "manifest.json"));
    // Their lines have checksums of their own, which are looked at when they are read; here, that they are there and whole.
    const isWhole = segments.every(({ file, bytes }) => {
      return disk.lstatSync(join(path, file), { throwIfNoEntry: false })?.size === bytes;
    });
    return isWhole ? stateOf(options, position) : { state: "damaged", position };
  } catch (error) {
    if (isDamaged(error) || error instanceof SyntaxError) return { state: "damaged", position: undefined };
    throw toIoError(error, path, "looking at a read model");
  }
}

function inspectDatabase(options: InspectOptions): readonly KeptReadModel[] {
  const { directory, disk = nodeDisk } = options;
  const path = join(directory, "read-model.db");
  const sizeOf = (file: string): number => disk.lstatSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const found = { path, kind: "sqlite", ...NOTHING_READ } as const;
  try {
    if (disk.lstatSync(path, { throwIfNoEntry: false }) === undefined) return [];
    if (sizeOf(`${path}-wal`) > 0 || sizeOf(`${path}-journal`) > 0) return [{ ...found, state: "in-use" }];
  } catch (error) {
    throw toIoError(error, path, "looking at a read model");
  }
  const db = openUntouched(path);
  if (db === undefined) return [{ ...found, state: "unknown" }];
  /** Whoever began to write meanwhile may have changed pages between two looks at them. */
  const damaged = (): readonly KeptReadModel[] => [
    { ...found, state: sizeOf(`${path}-wal`) > 0 ? "in-use" : "damaged" },
  ];
  try {
    const schema = Number(db.prepare("PRAGMA user_version").get()?.["user_version"]);
    // Tables of another version of ours: whoever opens it next makes it anew.
    if (schema > 0 && schema !== SCHEMA_VERSION) return [{ ...found, state: "unknown" }];
    if (schema !== SCHEMA_VERSION) {
      return sizeOf(path) === 0 ? [{ ...found, state: "empty" }] : damaged();
    }
    if (db.prepare("PRAGMA quick_check(1)").get()?.["quick_check"] !== "ok") return damaged();
    const rows = db.prepare("SELECT name, version, position FROM projection ORDER BY name, version").all();
    return rows.map((row) => ({ ...found, ...nameOf(row), ...stateOf(options, positionOf(row)) }));
  } catch (error) {
    if (errnoOf(error) === "ERR_SQLITE_ERROR" || error instanceof SyntaxError) return damaged();
    throw toIoError(error, path, "looking at a read model");
  } finally {
    db.close();
  }
}

type OpenReadOnly = new (place: URL, options: { readonly readOnly: true }) => Database;

/** As a file that nobody changes: without locks, and without the journals that even a reader makes otherwise. */
function openUntouched(path: string): Database | undefined {
  const Opener = loadSqlite()?.DatabaseSync as unknown as OpenReadOnly | undefined;
  if (Opener === undefined) return undefined;
  // Asked for here: an import would load it for everyone who opens a read model.
  const place = (process.getBuiltinModule("node:url") as { pathToFileURL(path: string): URL }).pathToFileURL(path);
  place.searchParams.set("immutable", "1");
  try {
    return new Opener(place, { readOnly: true });
  } catch {
    // The first versions of Node with SQLite take no URL.
    return undefined;
  }
}

function nameOf({ name, version }: Row): Pick<KeptReadModel, "name" | "version"> {
  return { name: String(name), version: Number(version) };
}

function positionOf({ position }: Row): FoldPosition | undefined {
  return typeof position === "string" ? toPosition(JSON.parse(position)) : undefined;
}

function namesIn(directory: string, disk: Disk): readonly string[] {
  try {
    return disk.readdirSync(directory);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw toIoError(error, directory, "looking at read models");
  }
}
