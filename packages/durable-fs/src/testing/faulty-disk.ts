import { nodeDisk, type Disk } from "../disk.js";

type Method = keyof Disk;
type AnyCall = (...args: unknown[]) => unknown;

/** How often each method was called so far. A method never called is missing. */
export interface CallCounts {
  readonly calls: ReadonlyMap<Method, number>;
}

/** What happens at one call of one method. The parts combine: `before`, then `errno` or the call itself, then `after`. */
export interface Fault {
  readonly method: Method;
  /** Which call of that method, from 1. Default: every one. */
  readonly call?: number;
  /** The call is not made and throws this, such as `ENOSPC`. */
  readonly errno?: string;
  /** `writeSync` and `readSync` with a buffer: at most so many bytes are moved, and their number returned. */
  readonly short?: number;
  /** The process dies there: the call is not made (`before`) or is (`after`), and every later call of any method fails. */
  readonly kill?: "before" | "after";
  /** Runs right before the call: what another process does in between. */
  readonly before?: () => void;
  /** Runs right after a call that succeeded. */
  readonly after?: () => void;
}

/** A disk that fails as planned. */
export type FaultyDisk = Disk & CallCounts & { readonly fired: readonly Fault[] };

const METHODS: readonly Method[] = [
  "chmodSync",
  "closeSync",
  "fchmodSync",
  "fdatasyncSync",
  "fstatSync",
  "fsyncSync",
  "linkSync",
  "lstatSync",
  "mkdirSync",
  "openSync",
  "readFileSync",
  "readSync",
  "readdirSync",
  "readlinkSync",
  "realpathSync",
  "renameSync",
  "rmdirSync",
  "statSync",
  "statfsSync",
  "unlinkSync",
  "utimesSync",
  "writeSync",
];

/** Wraps a disk so that planned calls fail. `calls` counts all of them, `fired` lists the faults that were met. */
export function faultyDisk(plan: readonly Fault[], base: Disk = nodeDisk): FaultyDisk {
  const calls = new Map<Method, number>();
  const fired: Fault[] = [];
  let killed = false;

  const run = (method: Method, args: unknown[]): unknown => {
    if (killed) throw errnoError("EKILLED", method);
    const call = (calls.get(method) ?? 0) + 1;
    calls.set(method, call);
    const fault = plan.find((candidate) => candidate.method === method && (candidate.call ?? call) === call);
    const real = base[method] as AnyCall;
    if (fault === undefined) return real(...args);
    fired.push(fault);
    fault.before?.();
    if (fault.kill === "before") killed = true;
    if (killed) throw errnoError("EKILLED", method);
    if (fault.errno !== undefined) {
      // As on Linux, where close frees the descriptor whatever it returns.
      if (method === "closeSync") real(...args);
      throw errnoError(fault.errno, method);
    }
    const result = real(...(fault.short === undefined ? args : shortened(args, fault.short)));
    fault.after?.();
    if (fault.kill === "after") {
      killed = true;
      throw errnoError("EKILLED", method);
    }
    return result;
  };

  const methods = Object.fromEntries(METHODS.map((method) => [method, (...args: unknown[]) => run(method, args)]));
  return { ...(methods as unknown as Disk), calls, fired };
}

/** Wraps a disk to count the calls of each method. */
export function countingDisk(base: Disk = nodeDisk): Disk & CallCounts {
  return faultyDisk([], base);
}

/** Every single failure of one action: each call of each method it makes, once with each errno. */
export function everyFault(counts: CallCounts, errnos: readonly string[]): Fault[] {
  return [...counts.calls].flatMap(([method, total]) =>
    Array.from({ length: total }, (_, index) => index + 1).flatMap((call) =>
      errnos.map((errno) => ({ method, call, errno })),
    ),
  );
}

/** Every single death of one action: before and after each call of each method it makes. */
export function everyKill(counts: CallCounts): Fault[] {
  return [...counts.calls].flatMap(([method, total]) =>
    Array.from({ length: total }, (_, index) => index + 1).flatMap((call): Fault[] => [
      { method, call, kill: "before" },
      { method, call, kill: "after" },
    ]),
  );
}

/** `writeSync(fd, buffer, offset, length)` and `readSync` alike. */
function shortened([fd, buffer, offset, length, ...rest]: unknown[], short: number): unknown[] {
  return [fd, buffer, offset, Math.min(Number(length), short), ...rest];
}

function errnoError(code: string, method: Method): NodeJS.ErrnoException {
  const syscall = method.replace(/Sync$/, "");
  return Object.assign(new Error(`${code}: planned failure, ${syscall}`), { code, syscall });
}
