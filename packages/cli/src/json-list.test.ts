import { PassThrough } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { jsonList } from "./json-list.js";

async function written(head: object, items: readonly object[], rest?: object): Promise<string> {
  const to = new PassThrough();
  const all = text(to);
  const list = jsonList(to, "log", head, "events");
  for (const item of items) await list.item(item);
  await list.end(rest);
  to.end();
  return all;
}

describe("jsonList", () => {
  it.each([
    [{ session: "s" }, [{ a: 1 }, { a: 2 }], { damage: 0 }],
    [{}, [], undefined],
    [{}, [{ a: 1 }], {}],
    [{ x: { y: {} } }, [], { damage: 2, more: [1] }],
  ])("is one envelope: %j %j %j", async (head, items, rest) => {
    const data = { ...head, events: items, ...rest };
    expect(JSON.parse(await written(head, items, rest))).toEqual({ agentlog: 1, command: "log", ok: true, data });
  });

  it("ends with one newline and escapes what a terminal acts on", async () => {
    const title = "\u001b]0;x\u0007\u202e\u009b";
    const printed = await written({ title }, [{ title }], { title });
    expect(printed.endsWith("}\n")).toBe(true);
    expect(printed).toMatch(/^[\n -~]*$/);
    expect(JSON.parse(printed)).toMatchObject({ data: { title, events: [{ title }] } });
  });
});
