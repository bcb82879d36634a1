import fs from "node:fs";
import path from "node:path";
import { fromSafeSegment, type OpenedStore, openStore } from "@agentlog/durable-fs";
import { isSessionId } from "@agentlog/types";
import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { escapeText } from "../text/escape.js";
import { byteSize } from "../text/time.js";

const REASONS = {
  argument: "given by --store",
  environment: "given by AGENTLOG_HOME",
  ancestor: "the nearest .agentlog above this folder",
  home: "the default",
} as const;

/** Prints the store's root, the rule that chose it, its size and what is in it. Makes nothing. */
export async function where({ output, resolve }: Context): Promise<number> {
  const { root, rule, note } = resolve();
  const store = openStore(root, { create: false });
  const sessions = store === undefined ? 0 : countEntries(store.layout.sessionsDir);
  const spooled = store === undefined ? 0 : countSpools(store);
  const hooks = store === undefined ? 0 : countHooks(store);
  const bytes = store === undefined ? 0 : bytesBelow(root);
  await output.line(escapeText(root));
  await output.line(`  ${REASONS[rule]}`);
  if (note !== undefined) await output.line(`  ${escapeText(note)}`);
  if (store === undefined) await output.line("  does not exist yet");
  else
    await output.line(
      `  format ${store.format}, ${sessions} sessions, ${spooled} with events waiting, ${byteSize(bytes)}`,
    );
  if (hooks > 0) await output.line(`  ${hooks} hook payloads waiting`);
  await output.result("where", {
    root,
    rule,
    note,
    exists: store !== undefined,
    format: store?.format,
    sessions,
    spooled,
    hooks,
    bytes,
  });
  return EXIT.ok;
}

/** Sessions with a spool of their own; beside theirs is that of the hooks. */
function countSpools({ layout }: OpenedStore): number {
  return listNames(layout.spoolDir).filter((name) => isSessionId(fromSafeSegment(name))).length;
}

function countHooks({ layout }: OpenedStore): number {
  return listNames(layout.hookSpool).filter((name) => !name.startsWith(".")).length;
}

function countEntries(directory: string): number {
  return listNames(directory).length;
}

function bytesBelow(directory: string): number {
  let bytes = 0;
  for (const name of listNames(directory)) {
    const stat = fs.lstatSync(path.join(directory, name), { throwIfNoEntry: false });
    if (stat?.isDirectory() === true) bytes += bytesBelow(path.join(directory, name));
    else bytes += stat?.size ?? 0;
  }
  return bytes;
}

/** A folder that is not there, or that went while we looked, holds nothing. */
function listNames(directory: string): string[] {
  try {
    return fs.readdirSync(directory);
  } catch {
    return [];
  }
}
