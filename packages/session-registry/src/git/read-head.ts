import { lstat, readFile, readlink } from "node:fs/promises";
import { resolve } from "node:path";
import { type FoundRepository } from "./find-repository.js";
import { readSmallFile } from "./small-file.js";

/** The branch that is checked out and its commit; a new repository has a branch without one. */
export type Head = { readonly branch?: string; readonly head?: string };

const HASH = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i;

/** What git allows as a ref's name: nothing that leads out of its folder. */
function isRefName(name: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what it refuses
  if (name.length > 4096 || !name.startsWith("refs/") || /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{/.test(name))
    return false;
  return name.split("/").every((part) => part !== "" && !part.startsWith(".") && !part.endsWith(".lock"));
}

/** A file larger than this is left to git, which searches instead of reading. */
const MOST_PACKED_BYTES = 16 * 1024 * 1024;

async function findPacked(path: string, name: string, signal: AbortSignal): Promise<string | undefined> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  if (!found.isFile() || found.size > MOST_PACKED_BYTES) throw new Error("its packed refs are no plain file");
  const text = await readFile(path, { encoding: "utf8", signal });
  const end = text.indexOf(` ${name}\n`);
  return end < 0 ? undefined : text.slice(text.lastIndexOf("\n", end) + 1, end);
}

async function readLoose(path: string): Promise<string | undefined> {
  try {
    return await readSmallFile(path);
  } catch (error) {
    // A folder: there are branches below a name that was itself one and is gone.
    if ((error as NodeJS.ErrnoException).code === "EISDIR" || (await lstat(path)).isDirectory()) return undefined;
    throw error;
  }
}

/** Git follows five symbolic refs and no more. */
async function resolveRef(name: string, repository: FoundRepository, signal: AbortSignal, left = 5): Promise<Head> {
  if (left === 0 || !isRefName(name)) throw new Error("its refs are no plain ones");
  const text = (await readLoose(resolve(repository.commonDir, name)))?.trimEnd();
  if (text?.startsWith("ref:")) return resolveRef(text.slice(4).trim(), repository, signal, left - 1);
  const hash = text ?? (await findPacked(resolve(repository.commonDir, "packed-refs"), name, signal));
  if (hash === undefined) return {};
  if (!HASH.test(hash)) throw new Error("a ref holds no hash");
  return { head: hash.toLowerCase() };
}

/** What is checked out, read from the files. Throws where only git can tell. */
export async function readHead(repository: FoundRepository, signal: AbortSignal): Promise<Head> {
  const path = resolve(repository.gitDir, "HEAD");
  const linked = (await lstat(path)).isSymbolicLink() ? await readlink(path) : undefined;
  const text = linked === undefined ? ((await readSmallFile(path)) ?? "").trimEnd() : `ref: ${linked}`;
  if (HASH.test(text)) return { head: text.toLowerCase() };
  if (!text.startsWith("ref:")) throw new Error("its HEAD is no plain one");
  const name = text.slice(4).trim();
  const { head } = await resolveRef(name, repository, signal);
  return {
    ...(name.startsWith("refs/heads/") ? { branch: name.slice("refs/heads/".length) } : {}),
    ...(head === undefined ? {} : { head }),
  };
}
