import { type OpenedStore } from "@agentlog/durable-fs";
import { fileSnapshotStore, type SnapshotEntry, type SnapshotStore } from "@agentlog/snapshot-store";
import { agentlogError } from "@agentlog/types";
import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { optionalNumber, wholeNumber } from "../numbers.js";
import { escapeJson, escapeText } from "../text/escape.js";
import { byteSize, timeAgo } from "../text/time.js";
import { fitText } from "../text/width.js";

interface SnapshotOptions {
  readonly version?: string;
  readonly ifVersion?: string;
  readonly owner?: string;
  readonly limit?: string;
  readonly cursor?: string;
}

/** What `put` keeps, so that `history` has something to tell. */
const KEEP = 10;
/** Bytes of a document on stdin: the store would refuse more. */
const LARGEST = 64 * 1024 * 1024;

/** Prints a document as JSON. */
export async function snapshotGet(context: Context, key: string, options: SnapshotOptions): Promise<number> {
  const { output } = context;
  const version = optionalNumber(options.version, "--version");
  await using store = open(context.existingStore());
  const found = await store.load(key, { version });
  if (found === undefined) throw notFound(key, version);
  await output.line(escapeJson(JSON.stringify(found.document)));
  await output.result("snapshot get", found);
  return EXIT.ok;
}

/** Stores the JSON on stdin. */
export async function snapshotPut(context: Context, key: string, options: SnapshotOptions): Promise<number> {
  const { io, output } = context;
  const ifVersion = optionalNumber(options.ifVersion, "--if-version");
  // Before anything is made: what is no document leaves no store behind.
  const document = await readDocument(io.stdin);
  await using store = open(context.store());
  const entry = await store.save(key, document, { ifVersion });
  await output.line(`saved version ${entry.version} of ${escapeText(key)}`);
  await output.result("snapshot put", entry);
  return EXIT.ok;
}

/** Lists documents, the latest first. */
export async function snapshotList(context: Context, options: SnapshotOptions): Promise<number> {
  const { output } = context;
  const limit = wholeNumber(options.limit ?? "20", "--limit", 1);
  await using store = open(context.existingStore());
  const { entries, unreadable, next } = await store.list({ owner: options.owner, limit, cursor: options.cursor });
  await printEntries(context, entries, "no snapshots");
  if (next !== undefined) await output.line(`more with --cursor ${next}`);
  for (const { path, error } of unreadable)
    output.note(`cannot read ${escapeText(path)}: ${escapeText(error.message)}`);
  await output.result("snapshot ls", {
    snapshots: entries,
    next,
    unreadable: unreadable.map(({ key, path, error: { code, message } }) => ({ key, path, error: { code, message } })),
  });
  return EXIT.ok;
}

/** Removes a document and its kept versions. */
export async function snapshotRemove(context: Context, key: string, options: SnapshotOptions): Promise<number> {
  const { output } = context;
  const ifVersion = optionalNumber(options.ifVersion, "--if-version");
  await using store = open(context.existingStore());
  if (!(await store.delete(key, { ifVersion }))) throw notFound(key, undefined);
  await output.line(`removed ${escapeText(key)}`);
  await output.result("snapshot rm", { key, removed: true });
  return EXIT.ok;
}

/** Lists the versions of a document that can still be had. */
export async function snapshotHistory(context: Context, key: string): Promise<number> {
  await using store = open(context.existingStore());
  const entries = await store.history(key);
  if (entries.length === 0) throw notFound(key, undefined);
  await printEntries(context, entries, "");
  await context.output.result("snapshot history", { key, versions: entries });
  return EXIT.ok;
}

function open({ layout }: OpenedStore): SnapshotStore<unknown> {
  return fileSnapshotStore<unknown>({
    directory: layout.snapshotsDir,
    quarantineDirectory: layout.quarantineDir,
    keep: KEEP,
  });
}

async function printEntries({ output }: Context, entries: readonly SnapshotEntry[], none: string): Promise<void> {
  if (entries.length === 0) await output.line(none);
  const now = Date.now();
  for (const { key, version, time, owner, bytes } of entries) {
    const columns = [`v${version}`.padEnd(6), timeAgo(time, now).padEnd(10), byteSize(bytes).padStart(8)];
    const name = owner === undefined ? "-" : fitText(owner, 16);
    await output.line(`${columns.join("  ")}  ${name.padEnd(16)}  ${fitText(key, Math.max(12, output.columns - 48))}`);
  }
}

async function readDocument(stdin: AsyncIterable<Buffer | string>): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    chunks.push(Buffer.from(chunk));
    bytes += chunk.length;
    if (bytes > LARGEST) throw usage(`the document on stdin has over ${byteSize(LARGEST)}`);
  }
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    // What JSON.parse says would repeat the document.
    throw usage("the document on stdin is no JSON");
  }
}

function notFound(key: string, version: number | undefined): Error {
  const what = version === undefined ? "snapshot" : `version ${version} of the snapshot`;
  return agentlogError(
    "NOT_FOUND",
    `there is no ${what} ${JSON.stringify(key.slice(0, 60))}; agentlog snapshot ls lists them`,
    {
      what: "snapshot",
      id: key,
    },
  );
}

function usage(message: string): Error {
  return agentlogError("USAGE", message, { hint: "see agentlog snapshot --help" });
}
