import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allEvents, temporaryStore } from "./fixtures/store.js";
import { createSession, resumeSession, type SessionWriter } from "./index.js";

/** What one of two writers does next: emit and go on, emit and wait, emit blocking, or let others run. */
const step = fc.record({
  writer: fc.constantFrom(0, 1),
  how: fc.constantFrom("later", "wait", "sync", "pause"),
});

async function play(
  steps: readonly { writer: number; how: string }[],
  writers: readonly SessionWriter[],
): Promise<void> {
  const pending: Promise<unknown>[] = [];
  for (const [index, { writer, how }] of steps.entries()) {
    const event = { type: "note.added", data: { text: String(index) } } as const;
    const session = writers[writer]!;
    if (how === "later") pending.push(session.emit(event));
    else if (how === "wait") await session.emit(event);
    else if (how === "sync") session.emitSync(event);
    else await new Promise(setImmediate);
  }
  await Promise.all(pending);
}

describe("two writers of one session", () => {
  it("number their events without gap, each in its own order, in any interleaving", async () => {
    const store = temporaryStore();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), fc.boolean(), async (steps, isFirstOver) => {
        const first = await createSession({ store });
        const second = await resumeSession({ store, id: first.id });
        await play(steps, [first, second]);
        const order = isFirstOver ? [first, second] : [second, first];
        for (const session of order) await session.finish({ outcome: "success" });

        const events = await allEvents(store, first.id);
        expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index));
        for (const [writer, run] of [first.run, second.run].entries()) {
          const texts = events.filter((event) => event.run === run && event.type === "note.added");
          const emitted = steps.flatMap(({ how, writer: by }, index) =>
            by === writer && how !== "pause" ? [String(index)] : [],
          );
          expect(texts.map(({ data }) => data["text"])).toEqual(emitted);
        }
      }),
      { numRuns: 60 },
    );
  });
});
