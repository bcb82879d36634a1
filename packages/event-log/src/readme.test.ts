import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ERROR_CODES } from "@agentlog/types";
import { describe, expect, it } from "vitest";
import { openEventLog } from "./index.js";

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

describe("the README", () => {
  it("has an example that runs and prints what its comments say", () => {
    const dir = mkdtempSync(join(tmpdir(), "agentlog-"));
    try {
      const source = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? "";
      const dist = new URL("../dist/index.js", import.meta.url).href;
      const script = source
        .replace('"@agentlog/event-log"', JSON.stringify(dist))
        .replace(/ as \{ code: string \}/, "");
      writeFileSync(join(dir, "example.mjs"), script);
      const printed = execFileSync(process.execPath, [join(dir, "example.mjs")], { encoding: "utf8" });
      expect(printed.trimEnd().split("\n")).toEqual(["0", "1 order.paid", "2 order.sent", "SEQ_CONFLICT", "true"]);
    } finally {
      rmSync(dir, { recursive: true, force: true });
    }
  });

  it("names every method of the log, and no error code there is not", () => {
    for (const [name, value] of Object.entries(openEventLog("/nowhere/log"))) {
      if (typeof value === "function") expect(readme).toContain(`${name}(`);
    }
    for (const [code] of readme.matchAll(/\b[A-Z]+(?:_[A-Z]+)+\b/g)) expect(ERROR_CODES).toContain(code);
  });
});
