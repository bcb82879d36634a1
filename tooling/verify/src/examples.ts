import fs from "node:fs";
import path from "node:path";
import { transformSync } from "esbuild";
import { ROOT, run } from "./packed.js";

/** A code block of a README that is meant to run. */
export interface Example {
  readonly file: string;
  readonly line: number;
  readonly code: string;
}

/** Every ```ts block of the READMEs. One that is not meant to run is marked ```ts no-run. */
export function findExamples(): readonly Example[] {
  const packages = fs.readdirSync(path.join(ROOT, "packages")).map((name) => path.join("packages", name, "README.md"));
  return ["README.md", ...packages].flatMap((file) => {
    const text = fs.readFileSync(path.join(ROOT, file), "utf8");
    return [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map((match) => ({
      file,
      line: text.slice(0, match.index).split("\n").length,
      code: match[1] ?? "",
    }));
  });
}

/** Runs an example in a project that has the packages installed, in an empty folder and with a store of its own. */
export function runExample(example: Example, project: string): void {
  const { code } = transformSync(example.code, { loader: "ts", format: "esm", target: "node20" });
  const folder = fs.mkdtempSync(path.join(project, "example-"));
  fs.writeFileSync(path.join(folder, "example.mjs"), code);
  run("env", [`HOME=${folder}`, `AGENTLOG_HOME=${folder}/store`, process.execPath, "example.mjs"], folder);
}
