import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openStore, type OpenedStore } from "@agentlog/durable-fs";
import { openEventLog } from "@agentlog/event-log";
import { openRegistry, type SessionRecord, type SessionRegistry } from "@agentlog/session-registry";
import { anyEventSchema } from "@agentlog/types/schemas";
import { expect, onTestFinished } from "vitest";
import { importTranscripts } from "../importing/import-transcripts.js";
import { type ImportReport } from "../importing/report.js";
import { type OpenSessionLog } from "../importing/session-log.js";
import { type TranscriptSource } from "../source.js";
import { temporaryFolder, testStore } from "./stores.js";

/** Real and recorded transcripts; what uses them is skipped where they are not. */
const CORPUS =
  process.env["AGENTLOG_TRANSCRIPTS"] ?? fileURLToPath(new URL("../../../../../shared/transcripts", import.meta.url));

export function corpus(...parts: readonly string[]): string {
  return join(CORPUS, ...parts);
}

export function hasCorpus(...paths: readonly string[]): boolean {
  return existsSync(CORPUS) && paths.every((path) => existsSync(path));
}

/** A file as the corpus's own list has it. */
export interface ListedFile {
  readonly file: string;
  readonly agent: string;
}

/** The files that the corpus lists, of those that are wanted. */
export function listedFiles(isWanted: (one: ListedFile) => boolean): readonly string[] {
  const list = JSON.parse(readFileSync(corpus("sources.json"), "utf8")) as readonly ListedFile[];
  return list.filter(isWanted).map(({ file }) => corpus(file));
}

/** Imports an agent's files, each of them whole, and again for nothing; every event in the logs is one of the vocabulary. */
export async function expectImport(
  agent: string,
  paths: readonly string[],
  sources: readonly TranscriptSource[],
): Promise<void> {
  expect(paths.length).toBeGreaterThan(0);
  const store = testStore();
  const first = await store.import(paths, { sources });
  expect(first).toMatchObject({ files: paths.length, failedFiles: 0, badLineCount: 0, skipped: [] });
  expect(first.perFile.every((file) => file.agent === agent)).toBe(true);
  expect(await store.import(paths, { sources })).toMatchObject({ added: 0, newSessions: 0, events: first.events });
  for (const native of new Set(first.perFile.flatMap(({ nativeSessions }) => nativeSessions))) {
    for (const event of await store.events(native, agent)) {
      const { batch: _b, writer: _w, prev: _p, crc: _c, ...own } = event;
      expect(anyEventSchema.safeParse(own).error?.issues).toBeUndefined();
    }
  }
}

/** A store with a registry, into which files are imported one after another. Closed when the test is over. */
export interface CorpusStore {
  readonly store: OpenedStore;
  readonly registry: SessionRegistry;
  readonly openSessionLog: OpenSessionLog;
  import(...paths: readonly string[]): Promise<ImportReport>;
  graph(): Promise<readonly GraphNode[]>;
}

/** A session as it stands among the others, without what differs from run to run. */
export interface GraphNode {
  readonly natives: readonly string[];
  readonly parent?: string;
  readonly kind?: string;
  readonly shared?: string;
  readonly title?: string;
  readonly foreignTitles?: readonly string[];
  readonly subAgents?: readonly string[];
}

export function corpusStore(): CorpusStore {
  const store = openStore(join(temporaryFolder(), "store"));
  const registry = openRegistry(store);
  onTestFinished(() => registry.close());
  const openSessionLog: OpenSessionLog = (id) =>
    openEventLog(store.layout.session(id).events, { oversize: "spill", blobDirectory: store.layout.session(id).blobs });
  return {
    store,
    registry,
    openSessionLog,
    import: (...paths) => importTranscripts({ openSessionLog, registry, paths }),
    graph: async () => {
      const records = await registry.find({ limit: Number.POSITIVE_INFINITY });
      const names = new Map(records.map((record) => [record.session, nameOf(record)]));
      return records
        .map((record) => nodeOf(record, names))
        .toSorted((a, b) => (a.natives.join() < b.natives.join() ? -1 : 1));
    },
  };
}

function nameOf({ natives, session }: SessionRecord): string {
  return natives[0]?.native ?? session;
}

function nodeOf(record: SessionRecord, names: ReadonlyMap<string, string>): GraphNode {
  const { natives, parent, title, foreignTitles, subAgents } = record;
  const shared = parent?.evidence.find(({ kind }) => kind === "shared-uuids")?.value;
  return {
    natives: natives.map(({ agent, native }) => `${agent} ${native}`).toSorted(),
    ...(parent === undefined ? {} : { parent: names.get(parent.session) ?? "unknown", kind: parent.kind }),
    ...(shared === undefined ? {} : { shared }),
    ...(title === undefined ? {} : { title }),
    ...(foreignTitles.length === 0 ? {} : { foreignTitles }),
    ...(subAgents.length === 0 ? {} : { subAgents: subAgents.map(({ id }) => id) }),
  };
}
