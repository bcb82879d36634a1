import { execFileSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The top of the repository. */
export const ROOT: string = fileURLToPath(new URL("../../..", import.meta.url));

/** A package as a user gets it. */
export interface PackedPackage {
  readonly name: string;
  readonly folder: string;
  readonly tarball: string;
  /** Import specifiers its `exports` allow, `./package.json` left out. */
  readonly specifiers: readonly string[];
}

interface Manifest {
  readonly name: string;
  readonly exports: Readonly<Record<string, unknown>>;
}

/** Packs every package of the workspace into a new temporary folder. They must be built. */
export function packAll(): { readonly folder: string; readonly packages: readonly PackedPackage[] } {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "agentlog-packed-"));
  const packages = fs.readdirSync(path.join(ROOT, "packages")).map((directory): PackedPackage => {
    const source = path.join(ROOT, "packages", directory);
    const manifest = JSON.parse(fs.readFileSync(path.join(source, "package.json"), "utf8")) as Manifest;
    const before = new Set(fs.readdirSync(folder));
    // Through npx: pnpm itself need not be on the PATH.
    run("npx", ["--yes", "pnpm", "pack", "--pack-destination", folder], source);
    const [made] = fs.readdirSync(folder).filter((file) => !before.has(file));
    if (made === undefined) throw new Error(`pnpm pack made no tarball of ${manifest.name}`);
    const specifiers = Object.keys(manifest.exports)
      .filter((subpath) => subpath !== "./package.json")
      .map((subpath) => path.posix.join(manifest.name, subpath));
    return { name: manifest.name, folder: source, tarball: path.join(folder, made), specifiers };
  });
  return { folder, packages };
}

/** A new project of somebody else's, with the packed packages installed from their tarballs by npm. */
export function installPacked(packages: readonly PackedPackage[]): string {
  const project = fs.mkdtempSync(path.join(os.tmpdir(), "agentlog-installed-"));
  const dependencies = Object.fromEntries(packages.map(({ name, tarball }) => [name, `file:${tarball}`]));
  // `overrides`: the packages name each other by version, and nothing is published under it yet.
  const manifest = { name: "consumer", private: true, dependencies, overrides: dependencies };
  fs.writeFileSync(path.join(project, "package.json"), JSON.stringify(manifest));
  run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], project);
  return project;
}

/** Runs a program to its end and returns what it printed; throws with all of it when it fails. */
export function run(program: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(program, args, { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(" ")} failed in ${cwd}\n${stdout}\n${stderr}`, { cause: error });
  }
}
