import { type JsonObject } from "@agentlog/types";
import * as fc from "fast-check";

/** One thing that OpenCode writes: a message or a part, replacing what it wrote under that name before. */
export type Write =
  | { readonly kind: "message"; readonly id: string; readonly content: JsonObject }
  | { readonly kind: "part"; readonly message: string; readonly id: string; readonly content: JsonObject };

type Block = "text" | "reasoning" | "done" | "error" | "killed" | "step";

const turn = fc.record({
  blocks: fc.array(fc.constantFrom<Block>("text", "reasoning", "done", "error", "killed", "step"), { maxLength: 5 }),
  // OpenCode may be killed before an answer is complete; the next one follows nevertheless.
  completed: fc.boolean(),
  queued: fc.boolean(),
});

/** All that OpenCode writes in a session, in order: texts grow, tools go through their states, answers are completed. */
export const writes: fc.Arbitrary<(startMs: number) => readonly Write[]> = fc
  .array(turn, { minLength: 1, maxLength: 4 })
  .map((turns) => (startMs) => {
    const made: Write[] = [];
    let ms = startMs;
    const tick = (): number => (ms += 7);
    turns.forEach(({ blocks, completed, queued }, at) => {
      const prompt = (name: string): void => {
        const id = `msg_${at}${name}`;
        const model = { providerID: "p", modelID: "m" };
        made.push({ kind: "message", id, content: { role: "user", time: { created: tick() }, model } });
        made.push({ kind: "part", message: id, id: "prt_0", content: { type: "text", text: `prompt ${id}` } });
        // Added later, and never told.
        made.push({
          kind: "message",
          id,
          content: { role: "user", time: { created: ms }, model, summary: { title: "t" } },
        });
      };
      prompt("a");
      const id = `msg_${at}b`;
      const created = tick();
      const answer = (more: JsonObject): void => {
        const content = { role: "assistant", modelID: "m", time: { created }, tokens: { input: 0 }, ...more };
        made.push({ kind: "message", id, content });
      };
      answer({});
      blocks.forEach((block, index) => {
        for (const content of statesOf(block, `call_${at}_${index}`, tick)) {
          made.push({ kind: "part", message: id, id: `prt_${index}`, content });
        }
        if (queued && index === 1) prompt("c");
      });
      if (completed)
        answer({ time: { created, completed: tick() }, cost: 1, finish: "stop", tokens: { input: 2, output: 3 } });
    });
    return made;
  });

function statesOf(block: Block, callID: string, tick: () => number): readonly JsonObject[] {
  const start = tick();
  if (block === "step") {
    return [{ type: "step-finish", reason: "stop", tokens: { input: 5, output: 1 }, cost: 0.5 }];
  }
  if (block === "text" || block === "reasoning") {
    return ["", "gr", "grown"].map((text, index) => ({
      type: block,
      text,
      time: index === 2 ? { start, end: tick() } : { start },
    }));
  }
  const tool = (state: JsonObject): JsonObject => ({ type: "tool", tool: "bash", callID, state });
  const input = { command: "x" };
  const running = tool({ status: "running", input, time: { start } });
  const going = tool({ status: "running", input, title: "t", metadata: { output: "so far" }, time: { start } });
  const before = [tool({ status: "pending", input: {}, raw: "" }), running, going];
  const time = { start, end: tick() };
  if (block === "done") return [...before, tool({ status: "completed", input, output: "out", title: "t", time })];
  if (block === "error") return [...before, tool({ status: "error", input, error: "no", time })];
  return before;
}
