/** The user "nobody": somebody else, for tests that run as root. */
export const NOBODY = 65534;

/** True when files of other users can be made here. */
export const isRoot: boolean = process.geteuid?.() === 0;

/** Runs something under a umask, and where we are root as an ordinary user, whom modes stop as they do not stop root. */
export function withUmask<T>(umask: number, run: () => T): T {
  const before = process.umask(umask);
  try {
    return isRoot ? asUser(NOBODY, run) : run();
  } finally {
    process.umask(before);
  }
}

/** Runs something with another effective user. Only root can. */
export function asUser<T>(uid: number, run: () => T): T {
  process.seteuid?.(uid);
  try {
    return run();
  } finally {
    process.seteuid?.(0);
  }
}
