type Execve = (file: string, args: readonly string[], env: Readonly<Record<string, string>>) => never;

/** Node 22.15 and newer, not on Windows. */
const execve = (process as { readonly execve?: Execve }).execve;

/**
 * A read that never returns keeps its thread, and Node waits for that thread before it exits, without end. Where there is
 * `execve`, another program in this one's place leaves it behind.
 */
export const canLeaveBlockedThread: boolean = execve !== undefined && process.platform !== "win32";

/** Ends this process with code 0, though a thread of it may be blocked. */
export function leave(): void {
  if (canLeaveBlockedThread) execve?.(process.execPath, [process.execPath, "-e", "0"], {});
  process.exit(0);
}
