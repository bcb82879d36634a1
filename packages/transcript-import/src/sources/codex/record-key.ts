/** The key of each record of one file, in order. */
export type RecordKeys = (hash: () => string, timed: boolean) => string;

/**
 * What the ids of a record's events are derived from: the hash of its line. Two equal lines with the same time, to the
 * millisecond, say the same. Without a time they may be the same said twice, so there it counts which one it is.
 */
export function createRecordKeys(): RecordKeys {
  const turns = new Map<string, number>();
  return (hash, timed) => {
    const content = `sha256:${hash()}`;
    if (timed) return content;
    const turn = (turns.get(content) ?? 0) + 1;
    turns.set(content, turn);
    return turn === 1 ? content : `${content}:${turn}`;
  };
}
