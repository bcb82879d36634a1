import fs from "node:fs";
import { resolveStore, storeLayout, type StoreLayout } from "@agentlog/durable-fs";
import { readArguments } from "./arguments.js";
import { encodeCaptured } from "./captured.js";
import { noteFailure } from "./failures.js";
import type * as OpenStore from "./open-store.js";
import { type Input, readInput } from "./read-input.js";
import { rfc3339 } from "./rfc3339.js";
import { putEntry } from "./spool-entry.js";

/** A payload of 16 MiB is a file's content in a tool's answer; its transcript has it too. */
const BOUNDS = { maxBytes: 16 * 1024 * 1024, idleMs: 2_000, totalMs: 10_000 };

/**
 * Records one hook call of an agent from stdin. Whatever happens it prints nothing and throws nothing. Calls back when all
 * is done, with whether the writer of stdin may still hold it open.
 */
export function capture(argv: readonly string[], done: (heldOpen: boolean) => void): void {
  if (isDisabled()) return done(false);
  // `performance` would be loaded first (2 ms).
  const startedMs = Date.now() - process.uptime() * 1000;
  const { agent, store } = readArguments(argv);
  readInput(0, BOUNDS, (input) => {
    record(agent, store, input, startedMs);
    done(input?.ended === false);
  });
}

/** `AGENTLOG_DISABLED=1`: for one session, or for all of a machine. */
function isDisabled(): boolean {
  const value = process.env["AGENTLOG_DISABLED"];
  return value === "1" || value?.toLowerCase() === "true";
}

function record(agent: string | undefined, store: string | undefined, input: Input | undefined, atMs: number): void {
  let layout: StoreLayout | undefined;
  const note = (code: string, message: string): void => {
    if (layout === undefined) return;
    noteFailure(layout.spoolDir, { time: rfc3339(atMs), agent: agent ?? "", code, message });
  };
  try {
    const { root } = resolveStore({ store });
    if (isForeign(root)) return;
    layout = storeLayout(root);
    makeStore(layout);
    if (agent === undefined) return note("no-agent", "the hook names no agent: agentlog hook <agent>");
    if (input === undefined || input.bytes.length === 0) return note("no-payload", "nothing came on stdin");
    putEntry(layout.hookSpool, encodeCaptured(agent, input, atMs), atMs);
    if (input.total > input.bytes.length)
      note("truncated", `only the first ${input.bytes.length} of ${input.total} bytes were kept`);
  } catch (error) {
    const { code, message } = error as { readonly code?: unknown; readonly message?: unknown };
    note(typeof code === "string" ? code : "UNKNOWN", typeof message === "string" ? message : "");
  }
}

/** Another user's store, as under sudo: a folder that we made in it, if only to note a failure, its owner could not write to. */
function isForeign(root: string): boolean {
  const owner = fs.statSync(root, { throwIfNoEntry: false })?.uid;
  return owner !== undefined && process.geteuid !== undefined && owner !== process.geteuid();
}

/** The first capture may come before anything else made the store. */
function makeStore({ root, storeFile }: StoreLayout): void {
  if (fs.lstatSync(storeFile, { throwIfNoEntry: false }) !== undefined) return;
  const { openStore } = require("./open-store.cjs") as typeof OpenStore;
  openStore(root);
}
