/**
 * A registry of many sessions against a small one: `seen` of one session, and what `agentlog find` and `ls` take beside a bare
 * `node -e 0`. `node dist/registry.js [sessions] [rounds]`; run it with the Node to be measured.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { openStore } from "@agentlog/durable-fs";
import { openRegistry, type SessionRegistry } from "@agentlog/session-registry";
import { type NativeSessionId, type Sighting } from "@agentlog/types";

const FEW = 100;
const WORDS = ["parser", "login", "cache", "index", "render", "deploy", "queue", "schema", "token", "graph"];
const CLI = fileURLToPath(new URL("../../../packages/cli/dist/agentlog.cjs", import.meta.url));

/** The n-th session: 200 folders, two agents, some branches, a first prompt of its own. */
function sighting(n: number): Sighting {
  const at = new Date(Date.UTC(2026, 0, 1) + n * 60_000).toISOString();
  return {
    agent: n % 3 === 0 ? "codex" : "claude",
    native: `native-${n}` as NativeSessionId,
    at,
    created: at,
    progress: at,
    cwd: `/home/me/work/project-${n % 200}`,
    git: { branch: n % 5 === 0 ? `topic-${n % 50}` : "main", head: String(n) },
    prompt: `Fix the ${WORDS[n % WORDS.length]} of module number ${n} please`,
    transcript: {
      path: `/home/me/.claude/projects/p${n % 200}/native-${n}.jsonl`,
      firstUuid: `u-${n}-0`,
      lastUuid: `u-${n}-9`,
      size: 1000 + n,
      mtime: at,
      heads: [`u-${n}-0`],
    },
  };
}

async function fill(root: string, sessions: number): Promise<SessionRegistry> {
  const registry = openRegistry(openStore(root));
  const batch = 1000;
  for (let n = 0; n < sessions; n += batch) {
    await registry.seen(Array.from({ length: Math.min(batch, sessions - n) }, (_, k) => sighting(n + k)));
  }
  return registry;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

async function seenOnce(registry: SessionRegistry, n: number, at: number): Promise<number> {
  const time = new Date(Date.UTC(2027, 0, 1) + at * 1000).toISOString();
  const started = performance.now();
  await registry.seen([{ ...sighting(n), at: time, progress: time }]);
  return performance.now() - started;
}

/** Milliseconds of one whole command. */
function command(args: readonly string[], root: string): number {
  const { NODE_EXTRA_CA_CERTS: _certificates, ...env } = process.env;
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, { env: { ...env, AGENTLOG_HOME: root } });
  if (status !== 0) throw new Error(`${args.join(" ")} failed: ${String(stderr)}`);
  return performance.now() - started;
}

const [sessions = 10_000, rounds = 15] = process.argv.slice(2).map(Number);
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "agentlog-bench-"));
try {
  const [small, large] = [path.join(folder, "small"), path.join(folder, "large")];
  const few = await fill(small, FEW);
  const started = performance.now();
  const many = await fill(large, sessions);
  const perSession = (performance.now() - started) / sessions;
  console.log(`Node ${process.version}, ${sessions} sessions, filled at ${perSession.toFixed(2)} ms each`);

  const [fewTimes, manyTimes]: [number[], number[]] = [[], []];
  for (let round = 0; round < 300; round++) {
    fewTimes.push(await seenOnce(few, (round * 7) % FEW, round));
    manyTimes.push(await seenOnce(many, (round * 7919) % sessions, round));
  }
  await few.close();
  await many.close();
  const [fewMs, manyMs] = [median(fewTimes.slice(50)), median(manyTimes.slice(50))];
  console.log(
    `seen of one: ${manyMs.toFixed(3)} ms against ${fewMs.toFixed(3)} with ${FEW}: ${(manyMs / fewMs).toFixed(2)}x`,
  );

  const commands: Readonly<Record<string, readonly string[]>> = {
    "node -e 0": ["-e", "0"],
    "find --limit 10": [CLI, "find", "--limit", "10"],
    "find --text (rare)": [CLI, "find", "--text", `module number ${sessions - 77}`],
    "find --text (common)": [CLI, "find", "--text", "parser"],
    "find --branch --cwd": [CLI, "find", "--branch", "main", "--cwd", "/home/me/work/project-7", "--limit", "10"],
    "tree --limit 10": [CLI, "tree", "--limit", "10"],
  };
  const times = new Map<string, number[]>(Object.keys(commands).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    for (const [name, args] of Object.entries(commands)) {
      const taken = command(args, large);
      if (round > 0) times.get(name)?.push(taken);
    }
  }
  const base = median(times.get("node -e 0") ?? []);
  for (const [name, taken] of times) {
    console.log(`${name.padEnd(22)} ${median(taken).toFixed(1).padStart(7)} ms  ${(median(taken) / base).toFixed(2)}x`);
  }
} finally {
  fs.rmSync(folder, { recursive: true });
}
