import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openStore, type OpenedStore } from "@agentlog/durable-fs";
import { openEventLog } from "@agentlog/event-log";
import { openRegistry, type SessionRecord, type SessionRegistry } from "@agentlog/session-registry";
import { onTestFinished } from "vitest";
import { importTranscripts } from "../importing/import-transcripts.js";
import { type ImportReport } from "../importing/report.js";
import { type OpenSessionLog } from "../importing/session-log.js";
import { temporaryFolder } from "./stores.js";

/** Real and recorded transcripts; what uses them is skipped where they are not. */
const CORPUS = fileURLToPath(new URL("../../../../../shared/transcripts", import.meta.url));

export function corpus(...parts: readonly string[]): string {
  return join(CORPUS, ...parts);
}

export function hasCorpus(...paths: readonly string[]): boolean {
  return existsSync(CORPUS) && paths.every((path) => existsSync(path));
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
