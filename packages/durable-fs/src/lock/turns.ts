/** A place in the queue of one process for one lock. */
export interface Turn {
  /** Resolves when it is this caller's turn; undefined when it already is. */
  readonly ready: Promise<void> | undefined;
  /** Gives the turn to the next in line; also for a caller who gave up waiting. */
  leave(): void;
}

const queues = new Map<string, { readonly wake: () => void }[]>();

/** [DF-4] Callers of one process queue here in call order, so that they do not poll against each other. */
export function takeTurn(lockPath: string): Turn {
  const queue = queues.get(lockPath) ?? [];
  queues.set(lockPath, queue);
  let wake = (): void => {};
  const ready = queue.length === 0 ? undefined : new Promise<void>((resolve) => (wake = resolve));
  const place = { wake: () => wake() };
  queue.push(place);
  return {
    ready,
    leave: () => {
      const index = queue.indexOf(place);
      if (index === -1) return;
      queue.splice(index, 1);
      if (index === 0) queue[0]?.wake();
      if (queue.length === 0) queues.delete(lockPath);
    },
  };
}
