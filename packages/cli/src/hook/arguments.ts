/** What a hook's command line says: `[global flags] hook [global flags] <agent>`. */
export interface HookArguments {
  readonly agent: string | undefined;
  readonly store: string | undefined;
}

/** An agent nobody knows yet is recorded all the same; only a name that cannot be one is not. */
const AGENT = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** Reads what follows the program's name. Flags that it does not know are passed over: a hook must not fail for one. */
export function readArguments(argv: readonly string[]): HookArguments {
  const words: string[] = [];
  let store: string | undefined;
  for (let at = 0; at < argv.length; at++) {
    const word = argv[at]!;
    if (word === "--store") store = argv[++at];
    else if (word.startsWith("--store=")) store = word.slice("--store=".length);
    else if (!word.startsWith("-")) words.push(word);
  }
  const agent = words[0] === "hook" ? words[1] : words[0];
  return { agent: agent !== undefined && AGENT.test(agent) ? agent : undefined, store };
}
