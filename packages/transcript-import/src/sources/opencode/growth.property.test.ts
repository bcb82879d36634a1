import { join } from "node:path";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { type ImportedEvent } from "../../source.js";
import { temporaryFolder } from "../../testing/stores.js";
import { type Write, writes } from "./testing/growth.js";
import { appendTo, importPaths, type Tree, treeIn } from "./testing/trees.js";

function perform(tree: Tree, write: Write): void {
  if (write.kind === "message") tree.message("ses_1", write.id, write.content);
  else tree.part(write.message, write.id, write.content);
}

/** A file as it is found while it is written. */
function performHalf(tree: Tree, write: Write): void {
  const path = write.kind === "message" ? `message/ses_1/${write.id}.json` : `part/${write.message}/${write.id}.json`;
  tree.write(path, JSON.stringify(write.content).slice(0, -3));
}

/** What comes last and is told when it changes stands among the others of a log that grew. */
function conversation(log: ReadonlyMap<string, ImportedEvent>): readonly ImportedEvent[] {
  return [...log.values()].filter(({ type }) => type !== "session.titled");
}

it("gives the same log in any steps of growth, each imported twice, as at once", { timeout: 120_000 }, async () => {
  const cuts = fc.array(fc.nat({ max: 200 }), { maxLength: 6 });
  await fc.assert(
    fc.asyncProperty(writes, cuts, fc.boolean(), async (make, places, half) => {
      const folder = temporaryFolder();
      const now = Date.now();
      const all = make(now);
      const [grown, whole] = [treeIn(join(folder, "grown"), now), treeIn(join(folder, "whole"), now)];
      grown.session("ses_1");
      whole.session("ses_1");
      const log = new Map<string, ImportedEvent>();
      const ends = [...places.map((place) => place % (all.length + 1)), all.length].toSorted((a, b) => a - b);
      let done = 0;
      for (const end of ends) {
        for (const write of all.slice(done, end)) perform(grown, write);
        done = end;
        const next = all[end];
        if (half && next !== undefined) performHalf(grown, next);
        const { events, bad } = await importPaths(grown.storage);
        expect(bad).toEqual([]);
        appendTo(log, events);
        expect(appendTo(log, (await importPaths(grown.storage)).events)).toBe(0);
      }
      for (const write of all) perform(whole, write);
      const atOnce = new Map<string, ImportedEvent>();
      appendTo(atOnce, (await importPaths(whole.storage)).events);
      const told = (events: readonly ImportedEvent[]): unknown =>
        JSON.parse(JSON.stringify(events).replaceAll(join(folder, "grown"), join(folder, "whole")));
      expect(told(conversation(log))).toEqual(told(conversation(atOnce)));
      expect(new Set(log.keys())).toEqual(new Set(atOnce.keys()));
    }),
    { numRuns: 60 },
  );
});
