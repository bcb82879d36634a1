import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { agentlogError } from "@agentlog/types";

/** What an agent's hook starts: Node, and the capture program, both by absolute path. */
export interface CaptureProgram {
  readonly node: string;
  readonly hook: string;
}

/** The bundle is CommonJS and has no `import.meta`; everywhere else there is no `__dirname`. */
const HERE: string = import.meta.dirname ?? __dirname;

/** Where the capture program is, seen from the bundle, from the compiled modules and from the sources. */
const PLACES: readonly string[] = ["hook.cjs", "../hook.cjs", "../../dist/hook.cjs"];

/** The capture program of this very installation, and this very Node. It need not be there: see `requireProgram`. */
export function captureProgram(): CaptureProgram {
  const places = PLACES.map((place) => path.resolve(HERE, place));
  const hook = places.find((file) => fs.existsSync(file)) ?? path.resolve(HERE, "hook.cjs");
  return { node: process.execPath, hook };
}

/** Throws `NOT_FOUND` when either part is missing: hooks that start it would only fail. */
export function requireProgram({ node, hook }: CaptureProgram): void {
  const missing = [node, hook].find((file) => !fs.existsSync(file));
  if (missing === undefined) return;
  throw agentlogError("NOT_FOUND", `the capture program ${missing} is missing; install @agentlog/cli again`, {
    what: "capture program",
    id: missing,
  });
}

/** Folders that package runners and version managers empty without asking. */
const VANISHING: readonly (readonly [pattern: RegExp, what: string])[] = [
  [/[/\\]_npx[/\\]/, "npm's npx cache"],
  [/[/\\]pnpm[/\\]dlx(?:-|[/\\])/, "pnpm's dlx cache"],
  [/[/\\]bunx-/, "bun's bunx cache"],
  [/[/\\]xfs-[0-9a-f]+[/\\]/, "yarn's dlx cache"],
  [/[/\\]Cellar[/\\]/, "a Homebrew folder of one version"],
];

/**
 * Why the hooks may stop working one day: a sentence for each of the two paths that lies where things do not stay.
 * Temporary folders count by `env` (`TMPDIR`) and by the system's own.
 */
export function vanishingPaths(program: CaptureProgram, env: NodeJS.ProcessEnv): readonly string[] {
  return [program.node, program.hook].flatMap((file) => {
    const what =
      VANISHING.find(([pattern]) => pattern.test(file))?.[1] ??
      (isTemporary(file, env) ? "a temporary folder" : undefined);
    if (what === undefined) return [];
    return [`${file} is in ${what} and may vanish; install @agentlog/cli for good and run this again`];
  });
}

function isTemporary(file: string, env: NodeJS.ProcessEnv): boolean {
  const folders = [
    os.tmpdir(),
    env["TMPDIR"],
    "/tmp",
    "/var/tmp",
    "/private/tmp",
    "/var/folders",
    "/private/var/folders",
  ];
  return folders.some(
    (folder) => folder !== undefined && folder !== "" && file.startsWith(path.join(folder, path.sep)),
  );
}
