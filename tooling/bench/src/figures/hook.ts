import fs from "node:fs";
import path from "node:path";
import { AGENTLOG, CAPTURE, NOTHING } from "../cli-program.js";
import { absolute, compare, type Samples } from "../compare.js";
import { type Bench, type Family, type Figure, type Measured, type Results } from "../figure.js";
import { fillSpool, payloadFile, waiting } from "../fixtures/hook-spool.js";
import { copyStore, storeWithSessions } from "../fixtures/sessions.js";
import { timed } from "../harness.js";
import { type Program, runProgram } from "../programs.js";

const WAITING = 1_000;
const AT_ONCE = 16;

/** Each way an agent may call it: the command, with nothing waiting and with much, from a file and through a pipe. */
const WAYS = [
  { name: "hook-empty-file", title: "agentlog hook, nothing waiting, stdin a file", full: false, through: "file" },
  { name: "hook-empty-pipe", title: "agentlog hook, nothing waiting, stdin a pipe", full: false, through: "pipe" },
  { name: "hook-waiting-file", title: "agentlog hook, 1,000 waiting, stdin a file", full: true, through: "file" },
  { name: "hook-waiting-pipe", title: "agentlog hook, 1,000 waiting, stdin a pipe", full: true, through: "pipe" },
] as const;

const oneFigure = (name: string, title: string): Figure => ({
  name,
  title: `${title} : node -e 0 (time)`,
  limit: 1.1,
  direction: "at-most",
  unit: "x",
});
const INSTALLED = oneFigure("hook-installed", "what agentlog install writes, hook.cjs, nothing waiting, stdin a file");
const SINGLE: readonly Figure[] = [...WAYS.map(({ name, title }) => oneFigure(name, title)), INSTALLED];
const BURST: Figure = {
  name: "hook-at-once",
  title: "16 hooks at once : 16 times node -e 0 (time)",
  limit: 1.3,
  direction: "at-most",
  unit: "x",
};
const LOST: Figure = {
  name: "hook-at-once-lost",
  title: "payloads of hooks at once that were not recorded",
  limit: 0,
  direction: "at-most",
  unit: "events",
};

async function measure(bench: Bench): Promise<Results> {
  const { folder, fixtures, sessions, interleave } = bench;
  const root = await storeWithSessions(fixtures, sessions);
  const file = payloadFile(folder);
  const payload = fs.readFileSync(file);
  const stores = {
    empty: path.join(folder, "empty"),
    full: path.join(folder, "full"),
    burst: path.join(folder, "burst"),
  };
  for (const store of Object.values(stores)) {
    copyStore(root, store);
    await runProgram({ args: [CAPTURE, "claude"], store, input: { file, through: "file" } });
  }
  const clear = (): void => {
    fillSpool(stores.empty, 0, payload);
    fillSpool(stores.full, WAITING, payload);
  };
  clear();

  const bare = (through: "file" | "pipe"): Program => ({ args: NOTHING, store: folder, input: { file, through } });
  const hook = (full: boolean, through: "file" | "pipe"): Program => ({
    args: [AGENTLOG, "hook", "claude"],
    store: full ? stores.full : stores.empty,
    input: { file, through },
  });
  const cases: Record<string, () => Promise<number>> = {
    "bare-file": () => runProgram(bare("file")),
    "bare-pipe": () => runProgram(bare("pipe")),
    [INSTALLED.name]: () => runProgram({ ...hook(false, "file"), args: [CAPTURE, "claude"] }),
  };
  let recorded = 0;
  for (const { name, full, through } of WAYS) cases[name] = () => runProgram(hook(full, through));
  const tidied = async (): Promise<number> => {
    recorded += waiting(stores.empty).length + waiting(stores.full).length - WAITING;
    clear();
    return 0;
  };
  const rounds = { rounds: 60, quick: 15, warmUp: 3 };
  const times: Readonly<Record<string, readonly number[]>> = await interleave({ ...cases, tidied }, rounds);
  await tidied();
  const all = (WAYS.length + 1) * ((times["tidied"]?.length ?? 0) + rounds.warmUp);
  if (recorded !== all) throw new Error(`${recorded} of ${all} payloads were recorded`);

  const burst = await measureBurst(bench, bare("file"), { ...hook(false, "file"), store: stores.burst });
  const of = (name: string, values = times[name]): Samples => ({ name, unit: "ms", values: values ?? [] });
  const measured: Measured[] = SINGLE.map((figure) => {
    const isPiped = WAYS.some(({ name, through }) => name === figure.name && through === "pipe");
    return compare(figure, of("hook", times[figure.name]), of("node -e 0", times[isPiped ? "bare-pipe" : "bare-file"]));
  });
  return { measured: [...measured, ...burst] };
}

/** All at the same moment, beside as many `node -e 0` one after the other: what sixteen of them take without any overlap. */
async function measureBurst({ interleave }: Bench, bare: Program, hook: Program): Promise<readonly Measured[]> {
  let started = 0;
  fillSpool(hook.store, 0, Buffer.alloc(0));
  const times = await interleave(
    {
      hooks: () =>
        timed(async () => {
          started += AT_ONCE;
          await Promise.all(Array.from({ length: AT_ONCE }, () => runProgram(hook)));
        }),
      bare: async () => {
        let ms = 0;
        for (let n = 0; n < AT_ONCE; n++) ms += await runProgram(bare);
        return ms;
      },
    },
    { rounds: 10, quick: 3, warmUp: 1 },
  );
  const unit = "ms";
  return [
    compare(
      BURST,
      { name: "16 hooks at once", unit, values: times.hooks },
      { name: "16 x node -e 0", unit, values: times.bare },
    ),
    absolute(LOST, [started - waiting(hook.store).length], `of ${started}`),
  ];
}

export const hook: Family = { name: "hook", nodes: "both", figures: [...SINGLE, BURST, LOST], measure };
