/** Which messages a chat has, in order: what the next one follows, and what a change of the list means. */
export interface History {
  /** The last message, if there is one. */
  last(): string | undefined;
  /** Adds a message unless it is there; true when it was never in the chat before. */
  append(id: string, isContext: boolean): boolean;
  /** True when the message was ever in the chat. */
  knows(id: string): boolean;
  /** Takes back a message and all behind it; all there are when it is not in the chat, as Gemini CLI does. */
  rewind(to: string): { readonly found: boolean; readonly count: number };
  /**
   * The message that replaces others in a new list, when that is what the list does: it stands in front, it was never there
   * before, and some that were are gone. The session's context does not count: it comes and goes by itself.
   */
  summaryIn(ids: readonly string[]): string | undefined;
  replace(ids: readonly string[]): void;
}

export function createHistory(): History {
  const ever = new Set<string>();
  const contexts = new Set<string>();
  // In the order of the chat; a Set, because a list of a hundred thousand is looked through at each message.
  let now = new Set<string>();
  let last: string | undefined;

  const replace = (ids: readonly string[]): void => {
    now = new Set(ids);
    last = ids.at(-1);
  };

  return {
    last: () => last,
    append: (id, isContext) => {
      if (isContext) contexts.add(id);
      if (!now.has(id)) {
        now.add(id);
        last = id;
      }
      const isNew = !ever.has(id);
      ever.add(id);
      return isNew;
    },
    knows: (id) => ever.has(id),
    rewind: (to) => {
      const ids = [...now];
      const at = ids.indexOf(to);
      replace(at === -1 ? [] : ids.slice(0, at));
      return { found: at !== -1, count: at === -1 ? ids.length : ids.length - at };
    },
    summaryIn: (ids) => {
      const first = ids.find((id) => !contexts.has(id));
      if (first === undefined || ever.has(first)) return undefined;
      const kept = new Set(ids);
      return [...now].every((id) => kept.has(id) || contexts.has(id)) ? undefined : first;
    },
    replace,
  };
}
