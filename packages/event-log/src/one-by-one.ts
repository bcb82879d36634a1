/**
 * The items of pieces one by one. An async generator would cost 0.4 µs more an item, a fifth of what parsing one takes: here
 * an item that is there already is handed out as a resolved promise, without a generator to be resumed.
 *
 * @param stop asked before each item; true ends the iteration
 */
export function oneByOne<Item, Result>(
  pieces: AsyncGenerator<readonly Item[]>,
  resultOf: (item: Item) => Result,
  stop: () => boolean,
): AsyncIterable<Result> & AsyncIterator<Result, undefined> {
  let piece: readonly Item[] = [];
  let index = 0;
  let over = false;
  let filling: Promise<void> | undefined;

  const fill = async (): Promise<void> => {
    const { value, done } = await pieces.next();
    over ||= done === true;
    piece = done === true ? [] : value;
    index = 0;
  };

  const nextPiece = async (): Promise<IteratorResult<Result, undefined>> => {
    // Whoever asks again before the piece is there waits for the same one.
    filling ??= fill().finally(() => (filling = undefined));
    try {
      await filling;
    } catch (error) {
      over = true;
      throw error;
    }
    return await next();
  };

  const end = async (): Promise<IteratorResult<Result, undefined>> => {
    over = true;
    piece = [];
    await pieces.return(undefined);
    return { value: undefined, done: true };
  };

  const next = (): Promise<IteratorResult<Result, undefined>> => {
    if (over) return Promise.resolve({ value: undefined, done: true });
    if (stop()) return end();
    if (index === piece.length) return nextPiece();
    return Promise.resolve({ value: resultOf(piece[index++]!), done: false });
  };

  const iterator = { next, return: end, [Symbol.asyncIterator]: () => iterator };
  return iterator;
}
