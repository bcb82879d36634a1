import { type CasDirectory } from "./cas-directory.js";
import { loadProperLockfile } from "./load-proper-lockfile.js";

/** A lock that proper-lockfile looks after. */
export interface GuardedHold {
  /** True once its refresh found the lock gone. */
  isLost(): boolean;
  /** Gives the lock back; false when it was no longer ours. */
  release(): boolean;
}

/**
 * Hands a lock that was just taken to proper-lockfile, which refreshes it while it is held, notices when it is lost, and
 * gives it back when the process exits. Its own taking and judging of locks lets two holders in at a stale takeover
 * (moxystudio/node-proper-lockfile#121); so its `fs` option is answered from the compare-and-swap directory: `mkdir`
 * confirms the taken lock, `stat` never shows it as stale, `utimes` refreshes and `rmdir` removes our entry alone.
 *
 * Returns undefined when the lock was lost before proper-lockfile had taken it over.
 */
export function guard(
  directory: Pick<CasDirectory, "isOurs" | "touch" | "release">,
  lockPath: string,
  staleMs: number,
): GuardedHold | undefined {
  let lost = false;
  let probing = true;
  let released: boolean | undefined;
  let mtime = new Date();

  const requireOurs = (): void => {
    if (directory.isOurs()) return;
    throw Object.assign(new Error("the lock is gone"), { code: "ENOENT" });
  };
  const adapter = {
    mkdirSync: () => undefined,
    realpathSync: (file: string) => file,
    statSync: () => {
      if (!probing) requireOurs();
      return { mtime };
    },
    utimesSync: (_file: string, _accessed: Date, modified: Date) => {
      if (!probing) directory.touch();
      mtime = modified;
    },
    rmdirSync: () => {
      released = directory.release();
    },
  };

  try {
    // It knows its locks by name: one name for each hold, so that no hold that is lost can give back the one after it [H-61].
    const giveBack = loadProperLockfile().lockSync(`${lockPath}#${Math.random()}`, {
      fs: adapter,
      realpath: false,
      retries: 0,
      stale: staleMs,
      lockfilePath: lockPath,
      onCompromised: () => {
        lost = true;
      },
    });
    probing = false;
    return {
      isLost: () => lost,
      release: () => {
        if (lost) return directory.release();
        giveBack();
        return released ?? false;
      },
    };
  } catch {
    directory.release();
    return undefined;
  }
}
