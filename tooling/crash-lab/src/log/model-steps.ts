import * as fc from "fast-check";

/** What befalls a writer right before one of its disk calls. */
export interface Interrupt {
  /** Which call of the step, from 1; a step with fewer calls is not interrupted. 0: the first write. -1: the call after it. */
  readonly call: number;
  /**
   * `die`: SIGKILL, after a part of the bytes when it is writing. `others`: it is stopped while others run, and goes on
   * as a zombie. `full`: the next write finds the disk full, after a part of the bytes.
   */
  readonly how: "die" | "others" | "full";
  /** Thousandths of the bytes of a torn write. 998 and more: all but the last byte or two. */
  readonly tear: number;
  readonly others: readonly Step[];
}

/** One step of one writer. */
export interface Step {
  readonly do: "append" | "group" | "batch" | "spool" | "reopen" | "repair" | "damage";
  readonly writer: number;
  /** 0 to 3: from a few bytes to more than the anchor's window. */
  readonly size: number;
  readonly count: number;
  /** How often the lock says it is lost. */
  readonly lose: number;
  readonly interrupt: Interrupt | undefined;
  /** Where damage strikes, in thousandths of the bytes not yet synced, how much, and which kind. */
  readonly from: number;
  readonly length: number;
  readonly kind: "cut" | "zero" | "extend" | "flip";
}

export interface ProgramOptions {
  /** Whether power losses are among the steps. */
  readonly damage: boolean;
  readonly repair: boolean;
}

const tear = fc.oneof(
  { arbitrary: fc.integer({ min: 0, max: 997 }), weight: 2 },
  { arbitrary: fc.integer({ min: 998, max: 1001 }), weight: 2 },
  { arbitrary: fc.integer({ min: 0, max: 20 }), weight: 1 },
);

const call = fc.oneof(
  { arbitrary: fc.constant(0), weight: 3 },
  { arbitrary: fc.constant(-1), weight: 1 },
  { arbitrary: fc.integer({ min: 1, max: 8 }), weight: 3 },
  { arbitrary: fc.integer({ min: 1, max: 34 }), weight: 1 },
);

function interrupts(others: fc.Arbitrary<readonly Step[]>): fc.Arbitrary<Interrupt> {
  return fc.record({
    call,
    how: fc.oneof(
      { arbitrary: fc.constant("others" as const), weight: 4 },
      { arbitrary: fc.constant("die" as const), weight: 3 },
      { arbitrary: fc.constant("full" as const), weight: 1 },
    ),
    tear,
    others,
  });
}

function steps(
  interrupt: fc.Arbitrary<Interrupt | undefined>,
  nested: boolean,
  options: ProgramOptions,
): fc.Arbitrary<Step> {
  const choices: { arbitrary: fc.Arbitrary<Step["do"]>; weight: number }[] = [
    { arbitrary: fc.constant("append"), weight: 12 },
    { arbitrary: fc.constant("group"), weight: 4 },
    { arbitrary: fc.constant("spool"), weight: 1 },
    { arbitrary: fc.constant("reopen"), weight: 2 },
  ];
  if (options.repair) choices.push({ arbitrary: fc.constant("repair"), weight: 1 });
  if (!nested) choices.push({ arbitrary: fc.constant("batch"), weight: 3 });
  if (!nested && options.damage) choices.push({ arbitrary: fc.constant("damage"), weight: 2 });
  return fc.record({
    do: fc.oneof(...choices),
    writer: fc.nat(3),
    size: fc.oneof({ arbitrary: fc.constant(0), weight: 16 }, { arbitrary: fc.integer({ min: 1, max: 3 }), weight: 1 }),
    count: fc.integer({ min: 2, max: 3 }),
    lose: fc.oneof({ arbitrary: fc.constant(0), weight: 12 }, { arbitrary: fc.integer({ min: 1, max: 2 }), weight: 1 }),
    interrupt,
    from: fc.nat(1000),
    length: fc.nat(1000),
    kind: fc.constantFrom("cut", "zero", "extend", "flip"),
  });
}

/** Sequences of steps, short: the bugs of such protocols take few steps. */
export function programs(options: ProgramOptions): fc.Arbitrary<readonly Step[]> {
  const innermost = fc.array(steps(fc.constant(undefined), true, options), { minLength: 1, maxLength: 2 });
  const sometimes = (interrupt: fc.Arbitrary<Interrupt>): fc.Arbitrary<Interrupt | undefined> =>
    fc.oneof({ arbitrary: fc.constant(undefined), weight: 1 }, { arbitrary: interrupt, weight: 1 });
  const inner = fc.array(steps(sometimes(interrupts(innermost)), true, options), { minLength: 1, maxLength: 3 });
  return fc.array(steps(sometimes(interrupts(inner)), false, options), { minLength: 1, maxLength: 6 });
}

/** One append that nothing befalls. */
export const PLAIN_APPEND: Step = {
  do: "append",
  writer: 0,
  size: 0,
  count: 2,
  lose: 0,
  interrupt: undefined,
  from: 0,
  length: 0,
  kind: "cut",
};
