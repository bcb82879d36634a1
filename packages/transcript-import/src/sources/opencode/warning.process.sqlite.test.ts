import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { loadSqlite } from "../../files/sqlite.js";

// A child process uses the build.
const loader = new URL("../../../dist/files/sqlite.js", import.meta.url);
const missing = loadSqlite() === undefined || !existsSync(fileURLToPath(loader));

it.skipIf(missing)("keeps the warning that SQLite is experimental off the terminal, and no other one", () => {
  const script = `import { loadSqlite } from ${JSON.stringify(loader.href)}; new (loadSqlite().DatabaseSync)(":memory:"); process.emitWarning("mine");`;
  const command = '"$0" --input-type=module -e "$1" 2>&1';
  const shown = execFileSync("/bin/sh", ["-c", command, process.execPath, script], { encoding: "utf8" });
  expect(shown).toContain("mine");
  expect(shown).not.toMatch(/experimental/i);
});
