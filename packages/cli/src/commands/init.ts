import path from "node:path";
import { openStore } from "@agentlog/durable-fs";
import { type Context } from "../context.js";
import { EXIT } from "../exit-code.js";
import { escapeText } from "../text/escape.js";

/** Makes a store in `dir/.agentlog`, which commands below `dir` then use. */
export async function init({ io, output, options }: Context, dir: string | undefined): Promise<number> {
  const root =
    options.store === undefined ? path.resolve(io.cwd, dir ?? ".", ".agentlog") : path.resolve(io.cwd, options.store);
  const existed = openStore(root, { create: false }) !== undefined;
  const store = openStore(root);
  for (const warning of store.warnings) output.note(`warning: ${escapeText(warning)}`);
  await output.line(`${existed ? "already a store" : "made a store"}: ${escapeText(store.root)}`);
  await output.result("init", { root: store.root, made: !existed });
  return EXIT.ok;
}
