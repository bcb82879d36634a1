import { appendFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { openRegistry } from "@agentlog/session-registry";
import { openSessionLog } from "@agentlog/session-writer";
import { importTranscripts, type ImportReport } from "@agentlog/transcript-import";
import { participate } from "./participant.js";
import { claudeTranscript, codexTranscript, type Transcript } from "./transcripts.js";

/** Imports two transcripts again and again while they grow, some looks in the middle of a line, and then takes two others. */

const PAUSE_MS = 300;
const LINES_PER_LOOK = 4;

await participate(({ store, over, folder, rotateMs, random, say, wrong }) => {
  const registry = openRegistry(store);
  let done = 0;

  const look = async (): Promise<ImportReport> => {
    const openLog = (id: Parameters<typeof openSessionLog>[1]): ReturnType<typeof openSessionLog> =>
      openSessionLog(store, id);
    const report = await importTranscripts({ openSessionLog: openLog, registry, paths: [folder] });
    if (report.failedFiles > 0 || report.badLineCount > 0)
      wrong(`an import failed: ${report.perFile.find(({ error }) => error !== undefined)?.error ?? "bad lines"}`);
    done += report.added;
    return report;
  };

  /** Lets a transcript grow with a look in the middle of its last line. */
  const grow = async (transcripts: readonly Transcript[]): Promise<void> => {
    const rests = transcripts.map((transcript) => {
      const lines = Array.from({ length: LINES_PER_LOOK }, () => transcript.grow()).join("");
      const cut = lines.length - Math.floor(random() * 100);
      appendFileSync(transcript.path, lines.slice(0, cut));
      return () => appendFileSync(transcript.path, lines.slice(cut));
    });
    await look();
    for (const complete of rests) complete();
    await look();
  };

  const working = (async () => {
    while (!over.aborted) {
      const transcripts = [claudeTranscript(folder), codexTranscript(folder)];
      for (const { session } of transcripts) say({ kind: "session", session, maker: "import" });
      const until = performance.now() + rotateMs;
      do {
        await grow(transcripts);
        await sleep(PAUSE_MS);
      } while (!over.aborted && performance.now() < until);
      const again = await look();
      if (again.added > 0) wrong(`an import of what was imported added ${again.added} events`);
      for (const { session, path, marks } of transcripts) {
        say({ kind: "marked", session, marks });
        rmSync(path);
      }
    }
    await registry.close();
  })();

  return {
    done: () => done,
    end: () => working,
  };
});
