import { dirname, resolve } from "node:path";
import { makePrivateDirectory, nodeDisk, syncDirectory, type Disk } from "@agentlog/durable-fs";
import { corruptSnapshot, usage } from "../errors.js";
import { orThrow, readDocument, type DocumentFile } from "../file/document-file.js";
import { underLock, type AssertHeld } from "../file/key-lock.js";
import { setAside } from "../file/quarantine.js";
import { createReplacer } from "../file/replace.js";
import { type Binding, type BindResult, type Bindings } from "./contract.js";
import { derivedSession, faultOf, lastUsedFirst, type BindingsDocument } from "./entries.js";

export interface BindingsOptions {
  /** The file, absolute or from the current directory; made with the first binding. In a store: `layout.bindings`. */
  readonly file: string;
  /** Where `setAside` moves what cannot be read. In a store: `layout.quarantineDir`. */
  readonly quarantineDirectory: string;
  /** Milliseconds to wait for the lock. Default 5,000. */
  readonly lockTimeoutMs?: number | undefined;
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: (() => number) | undefined;
  /** Default: Node's `fs`. */
  readonly disk?: Disk | undefined;
}

const MOST_BYTES = 64 * 1024 * 1024;

/** Opens the bindings in a file. Nothing is made before the first `bind`. */
export function openBindings(options: BindingsOptions): Bindings {
  const { quarantineDirectory, lockTimeoutMs = 5_000, now = Date.now, disk = nodeDisk } = options;
  const path = resolve(options.file);
  const file: DocumentFile = { path, key: "bindings", disk, maxBytes: MOST_BYTES, durable: true, quarantineDirectory };
  const { replace } = createReplacer({ keep: 1, ownFolder: false });
  const judge = (document: unknown): Promise<string | undefined> => Promise.resolve(faultOf(document));

  const read = (): { document: BindingsDocument; version: number } => {
    const found = readDocument(file);
    if (found === undefined) return { document: { bindings: [] }, version: 0 };
    const { head, document } = orThrow(found, file);
    const fault = faultOf(document);
    if (fault !== undefined) throw corruptSnapshot(path, file.key, fault);
    return { document: document as BindingsDocument, version: head.version };
  };

  const locked = <R>(critical: (assertHeld: AssertHeld) => R | Promise<R>): Promise<R> => {
    const makeFolder = (): void => void makePrivateDirectory(dirname(path), { disk });
    return underLock(`${path}.lock`, { disk, timeoutMs: lockTimeoutMs, makeFolder }, critical);
  };

  /** Reads, changes and writes with nobody in between; nothing is written when `change` returns the list it got. */
  const change = <R>(apply: (bindings: readonly Binding[]) => readonly [readonly Binding[], R]): Promise<R> =>
    locked(async (assertHeld) => {
      const { document, version } = read();
      const [bindings, result] = apply(document.bindings);
      if (bindings === document.bindings) return result;
      const json = JSON.stringify({ ...document, bindings });
      const time = new Date(now()).toISOString();
      await replace(file, { json, time, owner: undefined, ifVersion: version, judge }, assertHeld);
      return result;
    });

  const find = (bindings: readonly Binding[], room: string, agent: string): Binding | undefined =>
    bindings.find((binding) => binding.room === room && binding.agent === agent);

  const used = (binding: Binding, time: string): Binding => ({
    ...binding,
    used: binding.used > time ? binding.used : time,
  });

  const inPlaceOf = (bindings: readonly Binding[], old: Binding | undefined, binding: Binding): readonly Binding[] =>
    old === undefined ? [...bindings, binding] : bindings.map((each) => (each === old ? binding : each));

  return {
    path,
    get: async (room, agent) => find(read().document.bindings, room, agent),
    bind: async (room, agent, session = derivedSession(room, agent), { replace: force = false } = {}) => {
      if (session === "") throw usage("a binding needs a session", "leave it out for one derived from room and agent");
      return await change<BindResult>((bindings) => {
        const time = new Date(now()).toISOString();
        const old = find(bindings, room, agent);
        if (old !== undefined && (!force || old.session === session)) {
          const kept = used(old, time);
          return [inPlaceOf(bindings, old, kept), { ...kept, created: false }];
        }
        const made = { room, agent, session, bound: time, used: time };
        return [inPlaceOf(bindings, old, made), { ...made, created: true }];
      });
    },
    touch: (room, agent) =>
      change((bindings) => {
        const old = find(bindings, room, agent);
        if (old === undefined) return [bindings, undefined];
        const kept = used(old, new Date(now()).toISOString());
        return [inPlaceOf(bindings, old, kept), kept];
      }),
    unbind: (room, agent) =>
      change((bindings) => {
        const old = find(bindings, room, agent);
        return old === undefined ? [bindings, false] : [bindings.filter((each) => each !== old), true];
      }),
    list: async ({ room } = {}) =>
      read()
        .document.bindings.filter((binding) => room === undefined || binding.room === room)
        .toSorted(lastUsedFirst),
    removeStale: async ({ olderThan, dryRun = false }) => {
      if (!(olderThan >= 0)) throw usage("the age of stale bindings is no number of milliseconds from 0 on");
      return await change((bindings) => {
        const before = now() - olderThan;
        // A time that is none is not known to be old.
        const isStale = ({ used: time }: Binding): boolean => Date.parse(time) < before;
        const stale = bindings.filter(isStale).toSorted(lastUsedFirst);
        if (dryRun || stale.length === 0) return [bindings, stale];
        return [bindings.filter((binding) => !isStale(binding)), stale];
      });
    },
    setAside: () =>
      locked((assertHeld) => {
        const found = readDocument(file);
        if (found === undefined || "newer" in found) return undefined;
        const damage = "damage" in found ? found.damage : faultOf(found.ok.document);
        if (damage === undefined) return undefined;
        const copy = setAside(path, damage, quarantineDirectory, disk);
        assertHeld();
        disk.unlinkSync(path);
        syncDirectory(dirname(path), { disk });
        return copy;
      }),
  };
}
