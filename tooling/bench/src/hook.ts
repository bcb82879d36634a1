import { spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

/**
 * What a hook costs an agent: the capture of one payload against `node -e 0`, turn by turn in one run, so that whatever else
 * the machine does meets both. With an empty spool and with one in which a thousand payloads wait; and 16 at once.
 */
const ROUNDS = Number(process.argv[2] ?? 100);
const WAITING = 1_000;
const AT_ONCE = 16;
const BURSTS = 10;
const MOST = 1.1;
const MOST_AT_ONCE = 1.3;

const dist = fileURLToPath(new URL("../../../packages/cli/dist/", import.meta.url));
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "agentlog-bench-"));
const payload = path.join(folder, "payload.json");

// Node 20 reads every root certificate at its start when this is set, which hides all else.
const { NODE_EXTRA_CA_CERTS: _, ...outside } = process.env;

interface Contestant {
  readonly name: string;
  readonly args: readonly string[];
  readonly store: string;
  readonly times: number[];
}

const contestant = (name: string, args: readonly string[], store = "none"): Contestant => ({
  name,
  args,
  store: path.join(folder, store),
  times: [],
});

/** Milliseconds from the start of a process to its end. */
async function run({ args, store }: Contestant): Promise<number> {
  const stdin = fs.openSync(payload, "r");
  const started = performance.now();
  const child = spawn(process.execPath, args, {
    env: { ...outside, AGENTLOG_HOME: store },
    stdio: [stdin, "ignore", "inherit"],
  });
  fs.closeSync(stdin);
  const code = await new Promise((resolve) => child.once("exit", resolve));
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${String(code)}`);
  return performance.now() - started;
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
}

const spoolOf = (store: string): string => path.join(folder, store, "spool", "hooks");

/** Leaves so many payloads waiting, whatever there was. */
async function fill(store: string, count: number): Promise<void> {
  const spool = spoolOf(store);
  if (!fs.existsSync(spool)) await run(hook(store));
  const names = fs.readdirSync(spool);
  for (const name of names.slice(count)) fs.unlinkSync(path.join(spool, name));
  const copy = fs.readFileSync(payload);
  for (let n = names.length; n < count; n++)
    fs.writeFileSync(path.join(spool, `${String(n).padStart(16, "0")}-1-${"a".repeat(16)}`), copy, { mode: 0o600 });
}

const hook = (store: string): Contestant => contestant("hook.cjs", [path.join(dist, "hook.cjs"), "claude"], store);

try {
  const input = { command: "grep -rn something .", text: "x".repeat(1_500) };
  fs.writeFileSync(
    payload,
    `${JSON.stringify({ session_id: "s", hook_event_name: "PreToolUse", tool_input: input })}\n`,
  );
  const bare = contestant("node -e 0", ["-e", "0"]);
  const launcher = [path.join(dist, "agentlog.cjs"), "hook", "claude"];
  const contestants = [
    bare,
    hook("empty"),
    { ...hook("full"), name: `hook.cjs, ${WAITING.toLocaleString("en")} waiting` },
    contestant("agentlog hook", launcher, "empty"),
    contestant(`agentlog hook, ${WAITING.toLocaleString("en")} waiting`, launcher, "full"),
  ];
  await fill("empty", 0);
  await fill("full", WAITING);
  for (let round = -5; round < ROUNDS; round++) {
    for (const one of contestants) {
      const time = await run(one);
      if (round >= 0) one.times.push(time);
    }
    await fill("empty", 0);
    await fill("full", WAITING);
  }
  const floor = median(bare.times);
  console.log(
    `Node ${process.versions.node}, one payload of ${fs.statSync(payload).size} bytes; medians of ${ROUNDS}:`,
  );
  for (const { name, times } of contestants) {
    const ratio = median(times) / floor;
    console.log(`  ${name.padEnd(30)} ${median(times).toFixed(2).padStart(7)} ms  ${ratio.toFixed(3)}x`);
    if (ratio > MOST) process.exitCode = 1;
  }
  console.log(`  at most ${MOST}`);

  const bursts: { readonly hooks: number; readonly floors: number }[] = [];
  for (let burst = 0; burst < BURSTS; burst++) {
    const all = async (one: Contestant): Promise<number> => {
      const started = performance.now();
      await Promise.all(Array.from({ length: AT_ONCE }, () => run(one)));
      return performance.now() - started;
    };
    const floors = await all(bare);
    bursts.push({ hooks: await all(hook("burst")), floors });
  }
  const recorded = fs.readdirSync(spoolOf("burst")).length;
  const hooks = median(bursts.map((one) => one.hooks));
  const ratio = hooks / (AT_ONCE * floor);
  console.log(`${AT_ONCE} at once, ${BURSTS} times: ${recorded} of ${AT_ONCE * BURSTS} recorded`);
  console.log(`  ${hooks.toFixed(1)} ms, ${ratio.toFixed(2)} of ${AT_ONCE} x node -e 0, at most ${MOST_AT_ONCE}`);
  console.log(`  ${(hooks / median(bursts.map((one) => one.floors))).toFixed(2)}x of ${AT_ONCE} node -e 0 at once`);
  if (recorded < AT_ONCE * BURSTS || ratio > MOST_AT_ONCE) process.exitCode = 1;
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
