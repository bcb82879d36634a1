import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** The packages and files that a source file leads to at run time, over any number of files. */
function reached(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const source = readFileSync(file, "utf8");
  for (const [, clause, target] of source.matchAll(/^(?:import|export) ([^;]*?) ?from "([^"]+)";/gm)) {
    if (clause === undefined || target === undefined || clause.startsWith("type ")) continue;
    if (target.startsWith(".")) reached(join(dirname(file), target.replace(/\.js$/, ".ts")), seen);
    else seen.add(target);
  }
  return seen;
}

describe("the main entry", () => {
  const entry = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

  it("loads no zod: who only makes and reads events does not pay for it", () => {
    const found = reached(entry("./index.ts"));
    expect([...found].filter((name) => !name.startsWith("/"))).toEqual(["uuid"]);
    expect(found.size).toBeGreaterThan(5);
    expect(reached(entry("./schemas/index.ts"))).toContain("zod");
  });
});
