/** Sizes that are compared: the larger is ten times the smaller. */
const FACTOR = 10;
/** What ten times the input may cost: linear work is 10, quadratic work 100. */
const MOST = 15;
const RUNS = 3;
const TRIES = 6;
/** A shorter run is mostly the machine's own noise; what grows with the square takes seconds for the lengths that are asked. */
const SHORTEST_MS = 50;

/**
 * Proves that work grows with its input and not faster: ten times the input takes at most fifteen times as long, by the medians of
 * several runs taken in turn. The machine is busy with other things, so a ratio counts that was reached once in a few tries; what
 * grows with the square never reaches it.
 *
 * @param make an input of about so many characters
 * @param size characters of the larger input
 * @returns the smallest ratio seen; at most 15 where the work is linear
 */
export function growth(work: (input: string) => unknown, make: (size: number) => string, size: number): number {
  const [small, large] = [make(size / FACTOR), make(size)];
  work(small);
  let least = Number.POSITIVE_INFINITY;
  for (let attempt = 0; attempt < TRIES && least > MOST; attempt++) {
    const times: [number[], number[]] = [[], []];
    for (let run = 0; run < RUNS; run++) {
      times[0].push(time(work, small));
      const took = time(work, large);
      times[1].push(took);
      if (took < SHORTEST_MS) return 1;
      // Hours would be needed to be sure of what is plain already.
      if (took > 5_000) break;
    }
    least = Math.min(least, median(times[1]) / median(times[0]));
  }
  return least;
}

function time(work: (input: string) => unknown, input: string): number {
  const start = performance.now();
  work(input);
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** Texts that make careless functions slow, each of about so many characters. */
export const HEAVY_TEXTS: readonly (readonly [string, (size: number) => string])[] = [
  ["<system> unclosed", (size) => "<system>".repeat(size / 8)],
  ["</system> alone", (size) => "</system>".repeat(size / 9)],
  ["<system> nested", (size) => "<system>".repeat(size / 17) + "</system>".repeat(size / 17)],
  ["full-width brackets", (size) => "＜system＞".repeat(size / 8)],
  ["full-width brackets nested", (size) => "＜system＞".repeat(size / 17) + "＜/system＞".repeat(size / 17)],
  ["split by zero-width characters", (size) => "<s\u200by\u200bs\u200bt\u200be\u200bm>".repeat(size / 13)],
  ["a tag that never ends", (size) => `<system ${"a=1 ".repeat(size / 4)}`],
  ["brackets", (size) => "<".repeat(size / 2) + ">".repeat(size / 2)],
  ["one letter", (size) => "x".repeat(size)],
  ["blanks", (size) => " \t".repeat(size / 2)],
  ["line ends", (size) => "\r\n".repeat(size / 2)],
  ["marks in order", (size) => `a${"\u0301".repeat(size)}`],
  ["marks out of order", (size) => `a${"\u0301".repeat(size / 2)}${"\u0316".repeat(size / 2)}`],
  ["marks in turn", (size) => `a${"\u0301\u0316".repeat(size / 2)}`],
  ["letters that become eighteen", (size) => "\ufdfa".repeat(size / 18)],
  ["joined emoji", (size) => "👩\u200d".repeat(size / 3)],
  ["half pairs", (size) => "\ud800".repeat(size)],
  ["escapes", (size) => "\u001b[0".repeat(size / 3)],
  ["strings for a terminal", (size) => "\u001b]".repeat(size / 2)],
  ["bidi marks", (size) => "\u202e".repeat(size)],
  ["wide letters", (size) => "漢字".repeat(size / 2)],
];
