import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ERROR_CODES, errorFamily, EVENT_TYPES } from "./index.js";
import { dataSchemas } from "./schemas/index.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

/** The cells of each table row that begins with a word in backticks, by that word. */
const rows = new Map(
  readme.split("\n").flatMap((line): [string, string[]][] => {
    const cells = line.split("|").map((cell) => cell.trim());
    const key = /^`([^`]+)`$/.exec(cells[1] ?? "")?.[1];
    return key === undefined ? [] : [[key, cells.slice(2, -1)]];
  }),
);

describe("the README's tables", () => {
  it("have every event type with all its fields, and no other", () => {
    for (const type of EVENT_TYPES) {
      const fields = Object.entries(dataSchemas[type].shape).map(
        ([name, schema]) => `\`${name}${schema._zod.optout === "optional" ? "?" : ""}\``,
      );
      expect([type, rows.get(type)?.[0]?.split(", ").toSorted()]).toEqual([type, fields.toSorted()]);
    }
    expect(rows.size).toBe(EVENT_TYPES.length + ERROR_CODES.length);
  });

  it("have every error code with its family", () => {
    for (const code of ERROR_CODES) expect([code, rows.get(code)?.[2]]).toEqual([code, errorFamily(code)]);
  });
});
