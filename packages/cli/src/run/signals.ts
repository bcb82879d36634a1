import { type ChildProcess } from "node:child_process";
import fs from "node:fs";

/** Signals on their way to a child. */
export interface Forwarding {
  /** Resolves at a signal that comes when the child is gone already. */
  readonly interrupted: Promise<void>;
  stop(): void;
}

/** Passes the signals we get on to the child, and the terminal's changes of size. */
export function forwardSignals(child: ChildProcess): Forwarding {
  let interrupt = (): void => {};
  const interrupted = new Promise<void>((resolve) => (interrupt = resolve));
  // A key such as Ctrl-C goes to every process of the terminal: the child has it already.
  const fromKeys: readonly NodeJS.Signals[] = ["SIGINT", "SIGQUIT"];
  const forwarded: readonly NodeJS.Signals[] = ["SIGTERM", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGCONT"];
  const hasTerminal = controllingTerminal();
  const listeners = [...fromKeys, ...forwarded].map((signal) => {
    const listener = (): void => {
      if (child.exitCode !== null || child.signalCode !== null) interrupt();
      else if (!(hasTerminal && fromKeys.includes(signal))) child.kill(signal);
    };
    process.on(signal, listener);
    return { signal, listener };
  });
  return {
    interrupted,
    stop: () => {
      for (const { signal, listener } of listeners) process.removeListener(signal, listener);
    },
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

/** A file-size limit (`ulimit -f`) shall fail a write of ours, and not end us and the child's output with us. */
export function surviveFileSizeLimit(): void {
  process.on("SIGXFSZ", () => {});
}
