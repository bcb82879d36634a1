import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The main job on a store of its own: import, three recordings of which one is killed, then look at what is there. */

const AGENTLOG = fileURLToPath(new URL("../../../packages/cli/dist/agentlog.cjs", import.meta.url));
const store = path.join(fs.mkdtempSync(path.join(os.tmpdir(), "agentlog-demo-")), "store");
const globals = ["--store", store];

const count = (name: string, lines: number, everyMs: number): readonly string[] => [
  process.execPath,
  "-e",
  `let n = 0; const t = setInterval(() => { console.log("${name}: line", ++n); if (n === ${lines}) clearInterval(t); }, ${everyMs})`,
];

/** Runs the command and shows what it was and what it printed. */
function show(...args: readonly string[]): void {
  console.log(`\n$ agentlog ${args.join(" ")}`);
  const { status } = spawnSync(process.execPath, [AGENTLOG, ...globals, ...args], { stdio: "inherit" });
  if (status !== 0) throw new Error(`agentlog ${args.join(" ")} ended with ${status}`);
}

/** Starts a recording in a process group of its own, so that it can be killed with the program it records. */
function record(name: string, command: readonly string[]): ChildProcess {
  console.log(`$ agentlog run --name ${name} -- node -e '…'`);
  const args = [AGENTLOG, ...globals, "run", "--name", name, "--", ...command];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], detached: true });
  child.stdout.pipe(process.stdout, { end: false });
  return child;
}

/** Resolves when the child has printed that text. */
function printed(child: ChildProcess, text: string): Promise<void> {
  return new Promise((resolve) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      if (chunk.includes(text)) resolve();
    });
  });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => child.once("exit", () => resolve()));
}

function presences(): readonly string[] {
  const { stdout } = spawnSync(process.execPath, [AGENTLOG, ...globals, "ls", "--agent", "shell", "--json"], {
    encoding: "utf8",
  });
  const { data } = JSON.parse(stdout) as { data: { sessions: readonly { presence: string }[] } };
  return data.sessions.map(({ presence }) => presence).sort();
}

console.log(`This demonstration uses a store of its own: ${store}`);
console.log("Your own sessions would go to the store that `agentlog where` names.");
show("import");

console.log("\nThree recordings at once; the third is killed with SIGKILL before it is done:");
const doomed = record("doomed", count("doomed", 1_000, 40));
const recordings = [record("build", count("build", 5, 60)), record("tests", count("tests", 8, 50)), doomed];
const ends = recordings.map(ended);
await printed(doomed, "line 20");
if (doomed.pid !== undefined) process.kill(-doomed.pid, "SIGKILL");
await Promise.all(ends);

show("ls", "--agent", "shell");
show("tail", "--latest");
show("verify");

const standing = presences();
if (standing.join() !== ["crashed", "ended", "ended"].join()) {
  console.error(`expected one crashed and two ended sessions, found: ${standing.join(", ")}`);
  process.exitCode = 1;
} else {
  console.log(
    `\nOne crashed, two ended, nothing lost. To look further: node ${path.relative(process.cwd(), AGENTLOG)} --store ${store} ls`,
  );
}
