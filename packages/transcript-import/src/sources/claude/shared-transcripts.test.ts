import { existsSync } from "node:fs";
import { join } from "node:path";
import { anyEventSchema } from "@agentlog/types/schemas";
import { describe, expect, it } from "vitest";
import { corpus, listedFiles } from "../../testing/corpus.js";
import { testStore } from "../../testing/stores.js";

// Real transcripts, kept outside the project. Without them these tests are skipped, which the run's summary shows.
const CLAUDE = corpus("claude-code");

/** The transcripts among the files that the corpus lists for Claude Code. */
function listed(): readonly string[] {
  return listedFiles(({ agent, file }) => agent.startsWith("claude") && file.endsWith(".jsonl"));
}

describe.skipIf(!existsSync(CLAUDE))("the shared Claude Code transcripts", () => {
  it("import without an error, and the second time add nothing", { timeout: 120_000 }, async () => {
    const store = testStore();
    const first = await store.import(listed());
    expect(first).toMatchObject({ failedFiles: 0, newSessions: first.sessions });
    expect(first.files + first.skipped.length).toBe(listed().length);
    expect(first.added + first.alreadyThere).toBe(first.events);

    const second = await store.import(listed());
    expect(second).toMatchObject({ added: 0, newSessions: 0, events: first.events, badLineCount: first.badLineCount });

    const natives = new Set(first.perFile.flatMap(({ nativeSessions }) => nativeSessions));
    let stored = 0;
    for (const native of natives) {
      for (const event of await store.events(native)) {
        stored += 1;
        const { batch: _b, writer: _w, prev: _p, crc: _c, ...own } = event;
        expect(anyEventSchema.safeParse(own).error?.issues).toBeUndefined();
      }
    }
    expect(stored).toBe(first.added);
  });

  it("give the same session for a transcript before and after it was resumed", async () => {
    const resumed = (step: string): string => join(CLAUDE, "ingo-eichhorst__Irrlicht/derived/claude-resume", step);
    const store = testStore();
    const before = await store.import([resumed("before")]);
    const after = await store.import([resumed("after")]);
    expect(before).toMatchObject({ sessions: 1, newSessions: 1 });
    expect(after).toMatchObject({ sessions: 1, newSessions: 0, alreadyThere: before.added });
    expect(after.added).toBeGreaterThan(0);
  });

  it("route the records of a file with two sessions to both", async () => {
    const report = await testStore().import([join(CLAUDE, "entireio__cli/8c/fa910f8ef9/5/full.jsonl")]);
    expect(report).toMatchObject({ files: 1, sessions: 2, filesWithSeveralSessions: 1 });
  });

  it("attach sub-agents to their session", async () => {
    const store = testStore();
    const report = await store.import([join(CLAUDE, "marot__spotter")]);
    expect(report).toMatchObject({ files: 3, sessions: 1 });
    const events = await store.events("258c7280-ae70-4798-800f-63464d01a85d");
    const instances = events.map((event) => (event as { actor?: { instance?: string } }).actor?.instance);
    expect(new Set(instances)).toEqual(new Set([undefined, "a881341", "acompact-fffbd0"]));
  });
});
