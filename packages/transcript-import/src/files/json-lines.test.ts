import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "../testing/stores.js";
import { type JsonLine, LONGEST_LINE_BYTES, readJsonLines } from "./json-lines.js";

async function all(lines: AsyncIterable<JsonLine>): Promise<JsonLine[]> {
  const found: JsonLine[] = [];
  for await (const line of lines) found.push(line);
  return found;
}

async function read(content: string | Uint8Array): Promise<JsonLine[]> {
  const path = join(temporaryFolder(), "t.jsonl");
  writeFileSync(path, content);
  return all(readJsonLines(path));
}

const shown = (lines: readonly JsonLine[]): readonly unknown[] =>
  lines.map((one) => [
    one.line,
    one.offset,
    one.kind === "record" ? one.record : one.kind === "bad" ? one.reason : one.kind,
  ]);

describe("readJsonLines", () => {
  it("names what is no record by line and offset, and goes on", async () => {
    const bad = ["{half", "[1]", "42", "\0\0\0", ""].map((line) => Buffer.from(`${line}\n`));
    const content = Buffer.concat([...bad, Buffer.from([0x22, 0xff, 0x22, 10]), Buffer.from('{"a":"ä"}\n')]);
    expect(shown(await read(content))).toEqual([
      [1, 0, "not-json"],
      [2, 6, "not-an-object"],
      [3, 10, "not-an-object"],
      [4, 13, "nul"],
      [6, 18, "not-utf8"],
      [7, 22, { a: "ä" }],
    ]);
  });

  it("takes CRLF and a byte-order mark", async () => {
    expect(shown(await read('\uFEFF{"a":1}\r\n{"b":2}\r\n'))).toEqual([
      [1, 0, { a: 1 }],
      [2, 12, { b: 2 }],
    ]);
  });

  it("takes a last line without an end only when it is a whole object", async () => {
    expect(shown(await read('{"a":1}\n{"b":'))).toEqual([
      [1, 0, { a: 1 }],
      [2, 8, "unfinished"],
    ]);
    expect(shown(await read('{"a":1}\n4'))).toEqual([
      [1, 0, { a: 1 }],
      [2, 8, "unfinished"],
    ]);
    expect(shown(await read('{"a":1}\n{"b":2}'))).toEqual([
      [1, 0, { a: 1 }],
      [2, 8, { b: 2 }],
    ]);
  });

  it("puts lines together over many reads, and skips one that is too long", async () => {
    const long = JSON.stringify({ text: "x".repeat(300_000) });
    const tooLong = Buffer.alloc(LONGEST_LINE_BYTES + 1, "x");
    const lines = await read(Buffer.concat([Buffer.from(`${long}\n`), tooLong, Buffer.from(`\n${long}\n{`)]));
    expect(lines.map((one) => one.kind)).toEqual(["record", "bad", "record", "unfinished"]);
    expect(lines[1]).toMatchObject({ reason: "too-long", offset: long.length + 1 });
    expect(lines[2]).toMatchObject({ line: 3, record: { text: "x".repeat(300_000) } });
  });

  it("gives the same hash with either line end", async () => {
    const hashes = async (content: string): Promise<unknown[]> =>
      Array.from(await read(content), (one) => (one.kind === "record" ? one.hash() : one.kind));
    expect(await hashes('{"a":1}\n')).toEqual(await hashes('{"a":1}\r\n'));
    expect(await hashes('{"a":1}')).toEqual(await hashes('{"a":1}\n'));
  });

  it("refuses a link and a folder", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "real.jsonl"), "{}\n");
    symlinkSync("real.jsonl", join(folder, "link.jsonl"));
    mkdirSync(join(folder, "folder.jsonl"));
    const open = (name: string): Promise<JsonLine[]> => all(readJsonLines(join(folder, name)));
    await expect(open("link.jsonl")).rejects.toMatchObject({ code: "ELOOP" });
    await expect(open("folder.jsonl")).rejects.toMatchObject({ code: "UNSAFE_PATH" });
  });
});
