import { openStore, type OpenedStore, resolveStore, type ResolvedStore } from "@agentlog/durable-fs";
import { agentlogError } from "@agentlog/types";
import { type Io } from "./io.js";
import { createOutput, type GlobalOptions, type Output } from "./output.js";
import { escapeText } from "./text/escape.js";
import { type Work } from "./work.js";

/** What every command gets. */
export interface Context {
  readonly io: Io;
  readonly output: Output;
  readonly options: GlobalOptions;
  /** Which store, and which rule chose it. Makes nothing. */
  resolve(): ResolvedStore;
  /** The store, made when it is missing. */
  store(): OpenedStore;
  /** The store, when there is one; throws `NOT_FOUND` that says how to make one. */
  existingStore(): OpenedStore;
  /** The store with its registry, and with what hooks have captured taken in. Throws like `existingStore` unless it may be made. */
  open(options?: { readonly create?: boolean }): Promise<Work>;
}

export function createContext(io: Io, options: GlobalOptions): Context {
  const output = createOutput(io, options);
  const resolve = (): ResolvedStore =>
    resolveStore({ cwd: io.cwd, env: io.env, ...(options.store === undefined ? {} : { store: options.store }) });
  const tell = (resolved: ResolvedStore, opened: OpenedStore | undefined): void => {
    if (resolved.note !== undefined) output.note(escapeText(resolved.note));
    for (const warning of opened?.warnings ?? []) output.note(`warning: ${escapeText(warning)}`);
  };
  const store = (): OpenedStore => {
    const resolved = resolve();
    const opened = openStore(resolved.root);
    tell(resolved, opened);
    return opened;
  };
  const existingStore = (): OpenedStore => {
    const resolved = resolve();
    const opened = openStore(resolved.root, { create: false });
    tell(resolved, opened);
    if (opened !== undefined) return opened;
    throw agentlogError(
      "NOT_FOUND",
      `there is no store at ${resolved.root} yet; record something with \`agentlog run -- CMD\` or \`agentlog import\``,
      { what: "store", id: resolved.root },
    );
  };
  return {
    io,
    output,
    options,
    resolve,
    store,
    existingStore,
    open: async ({ create = false } = {}) => {
      const { openWork } = await import("./work.js");
      return openWork(create ? store() : existingStore(), output, { create });
    },
  };
}
