/** The outside world as a command sees it, so that a test can hand in its own. */
export interface Io {
  readonly stdin: NodeJS.ReadStream;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

/** The real one. Node makes each stream when it is first asked for, which takes a millisecond: few commands need all three. */
export function processIo(): Io {
  let watched = false;
  return {
    get stdin() {
      return process.stdin;
    },
    get stdout() {
      return process.stdout;
    },
    get stderr() {
      // What cannot be told there can be told nobody.
      if (!watched) process.stderr.on("error", () => {});
      watched = true;
      return process.stderr;
    },
    env: process.env,
    cwd: process.cwd(),
  };
}
