/** What a POSIX shell takes as itself in every position. */
const PLAIN = /^[A-Za-z0-9_/.:@%+,-]+$/;

/**
 * One command line for a POSIX shell that starts exactly these words, for agents whose settings hold no argument list.
 * Everything but plain words is in single quotes, in which nothing is special.
 */
export function quoteForShell(words: readonly string[]): string {
  return words.map((word) => (PLAIN.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)).join(" ");
}

/** A word of the form above: plain runs, single-quoted runs, and quotes escaped by a backslash. */
const WORD = /(?:[A-Za-z0-9_/.:@%+,-]+|'[^']*'|\\')+/y;

/** The words of a line that `quoteForShell` could have made; undefined for any line that asks more of a shell. */
export function shellWords(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let at = 0;
  while (at < line.length) {
    WORD.lastIndex = at;
    const [word] = WORD.exec(line) ?? [];
    if (word === undefined) return undefined;
    words.push(word.replaceAll(/'([^']*)'|\\'/g, (_, inner: string | undefined) => inner ?? "'"));
    at += word.length;
    if (at === line.length) return words;
    if (line[at] !== " ") return undefined;
    at++;
  }
  return undefined;
}
