import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";

const folder = fileURLToPath(new URL("..", import.meta.url));
const readme = fs.readFileSync(path.join(folder, "README.md"), "utf8");
const examples = [...readme.matchAll(/```ts\n([^]*?)```/g)].map(([, code]) => code ?? "");

it("has examples", () => expect(examples).toHaveLength(3));

it.each(examples.map((code, at) => [at, code] as const))(
  "the README's example %i prints what its comments say",
  async (at, code) => {
    // In the package's folder, from where it finds itself by name as an installed package would be found.
    const file = path.join(folder, `.readme-${process.pid}-${at}.mjs`);
    onTestFinished(() => fs.rmSync(file, { force: true }));
    fs.writeFileSync(file, code);
    const { stdout } = await promisify(execFile)(process.execPath, [file]);
    const expected = [...code.matchAll(/console\.log\(.*\); \/\/ (.*)$/gm)].map(([, said]) => said);
    expect(expected.length).toBeGreaterThan(0);
    expect(stdout.trimEnd().split("\n")).toEqual(expected);
  },
);
