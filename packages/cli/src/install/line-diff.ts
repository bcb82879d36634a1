/** One line of a difference. */
interface Step {
  readonly sign: " " | "-" | "+";
  readonly line: string;
}

/** Cells of the table that finds the common lines; larger texts are shown as replaced between their common ends. */
const MOST_CELLS = 4_000_000;

const CONTEXT = 3;

/**
 * The difference of two texts in the unified form, without the two lines that name files. A missing line break at the
 * end is told as `diff` tells it. Undefined stands for no file.
 */
export function unifiedDiff(before: string | undefined, after: string | undefined): readonly string[] {
  const steps = compare(linesOf(before ?? ""), linesOf(after ?? ""));
  const shown = steps.map((_, at) =>
    steps.slice(Math.max(0, at - CONTEXT), at + CONTEXT + 1).some(({ sign }) => sign !== " "),
  );
  const lines: string[] = [];
  let [old, fresh] = [1, 1];
  for (const [at, step] of steps.entries()) {
    if (shown[at] === true) {
      if (shown[at - 1] !== true) {
        const end = shown.indexOf(false, at);
        lines.push(header(steps.slice(at, end === -1 ? undefined : end), old, fresh));
      }
      lines.push(step.sign + step.line.replace(/\r?\n$/, ""));
      if (!step.line.endsWith("\n")) lines.push("\\ No newline at end of file");
    }
    if (step.sign !== "+") old++;
    if (step.sign !== "-") fresh++;
  }
  return lines;
}

function header(hunk: readonly Step[], old: number, fresh: number): string {
  const range = (start: number, sign: "-" | "+"): string => {
    const count = hunk.filter((step) => step.sign === " " || step.sign === sign).length;
    return `${sign}${count === 0 ? start - 1 : start},${count}`;
  };
  return `@@ ${range(old, "-")} ${range(fresh, "+")} @@`;
}

function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function compare(a: readonly string[], b: readonly string[]): readonly Step[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const same = (line: string): Step => ({ sign: " ", line });
  const middle = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)] as const;
  return [...a.slice(0, head).map(same), ...compareMiddle(...middle), ...a.slice(a.length - tail).map(same)];
}

/** By the longest common subsequence: `longest[i][j]` is that of what follows line i and line j. */
function compareMiddle(a: readonly string[], b: readonly string[]): readonly Step[] {
  const width = b.length + 1;
  const longest = new Uint32Array(a.length * b.length > MOST_CELLS ? 0 : (a.length + 1) * width);
  const lengthAt = (i: number, j: number): number => longest[i * width + j] ?? 0;
  if (longest.length > 0) {
    for (let i = a.length - 1; i >= 0; i--) {
      for (let j = b.length - 1; j >= 0; j--) {
        longest[i * width + j] =
          a[i] === b[j] ? lengthAt(i + 1, j + 1) + 1 : Math.max(lengthAt(i + 1, j), lengthAt(i, j + 1));
      }
    }
  }
  const steps: Step[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (left !== undefined && left === right && longest.length > 0) {
      steps.push({ sign: " ", line: left });
      i++;
      j++;
    } else if (left !== undefined && (right === undefined || lengthAt(i + 1, j) >= lengthAt(i, j + 1))) {
      steps.push({ sign: "-", line: left });
      i++;
    } else if (right !== undefined) {
      steps.push({ sign: "+", line: right });
      j++;
    }
  }
  return steps;
}
