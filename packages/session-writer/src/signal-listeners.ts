/** On the listener itself, so that two copies of this package in one process know each other's. */
const OURS = Symbol.for("agentlog.exit-stamp");

type Listener = (signal: NodeJS.Signals) => void;

/** Marks a listener that sends the signal again when it has done its work. */
export function markOurs(listener: Listener): Listener {
  return Object.assign(listener, { [OURS]: true });
}

const isOurs = (listener: object): boolean => OURS in listener;

/**
 * True when the signal would end the process if nobody waited to write something first: all its listeners are of the kind
 * that sends it again, ours or those of the signal-exit library, which a lock brings with it.
 */
export function diesOf(signal: NodeJS.Signals): boolean {
  const others = process.listeners(signal).filter((listener) => !isOurs(listener));
  return others.length <= signalExitListeners();
}

/** Each loaded copy of signal-exit has one listener on every signal and counts itself here: version 3, then 4. */
function signalExitListeners(): number {
  const shared = process as unknown as Record<string | symbol, { readonly count?: unknown } | undefined>;
  const counts = [shared["__signal_exit_emitter__"]?.count, shared[Symbol.for("signal-exit emitter")]?.count];
  return counts.reduce<number>((sum, count) => sum + (typeof count === "number" ? count : 0), 0);
}
