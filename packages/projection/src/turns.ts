/** Runs one task at a time. */
export interface Turns {
  /** Runs a task when those before it have ended. */
  next<Result>(task: () => Promise<Result>): Promise<Result>;
  /** The same for a task that is always the same one: callers who come while it waits for its turn share it. */
  share<Result>(task: () => Promise<Result>): () => Promise<Result>;
}

export function createTurns(): Turns {
  let last: Promise<unknown> = Promise.resolve();
  const next = <Result>(task: () => Promise<Result>): Promise<Result> => {
    const turn = last.then(task, task);
    last = turn.catch(() => {});
    return turn;
  };
  return {
    next,
    share: (task) => {
      let waiting: ReturnType<typeof task> | undefined;
      return () => {
        waiting ??= next(() => {
          waiting = undefined;
          return task();
        });
        return waiting;
      };
    },
  };
}
