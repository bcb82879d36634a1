import { type ChildProcess } from "node:child_process";
import fs from "node:fs";

/** Passes the signals we get on to the child, and the terminal's changes of size; returns how to stop. */
export function forwardSignals(child: ChildProcess): () => void {
  // A key such as Ctrl-C goes to every process of the terminal: the child has it already.
  const fromKeys: readonly NodeJS.Signals[] = ["SIGINT", "SIGQUIT"];
  const forwarded: readonly NodeJS.Signals[] = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGCONT"];
  const hasTerminal = controllingTerminal();
  const listeners = [...fromKeys, ...forwarded].map((signal) => {
    const listener = (): void => {
      if (!(hasTerminal && fromKeys.includes(signal))) child.kill(signal);
    };
    process.on(signal, listener);
    return { signal, listener };
  });
  return () => {
    for (const { signal, listener } of listeners) process.removeListener(signal, listener);
  };
}

function controllingTerminal(): boolean {
  try {
    fs.closeSync(fs.openSync("/dev/tty", "r"));
    return true;
  } catch {
    return false;
  }
}
