import { openSpool } from "@agentlog/durable-fs";
import { type Subject } from "./subject.js";

/** A hook's call that waits. Nothing of its payload. */
interface WaitingCall {
  readonly name: string;
  readonly agent: string;
  readonly atMs: number;
}

/** So many entries are opened; of the rest their names tell enough. */
const MOST_OPENED = 2_000;

/** What waits in the spool of the hooks, the oldest first, and which entries no hook of this version wrote. */
export function capturedIn(
  { disk }: Pick<Subject, "disk">,
  directory: string,
): { readonly entries: readonly WaitingCall[]; readonly unreadable: readonly string[] } {
  const spool = openSpool(directory, { disk });
  const entries: WaitingCall[] = [];
  const unreadable: string[] = [];
  for (const [at, { name }] of spool.list().entries()) {
    const bytes = at < MOST_OPENED ? spool.read(name) : undefined;
    const agent = bytes === undefined ? "" : agentOf(bytes);
    if (agent === undefined) unreadable.push(name);
    entries.push({ name, agent: agent ?? "", atMs: capturedAt(name) });
  }
  return { entries, unreadable };
}

/** When an entry was captured: its name begins with the microseconds since 1970. */
export function capturedAt(name: string): number {
  return Math.floor(Number(name.slice(0, 16)) / 1_000);
}

/** Undefined for what is no record of a call. */
function agentOf(bytes: Buffer): string | undefined {
  try {
    const { v, agent, payload } = JSON.parse(bytes.toString("utf8")) as Readonly<Record<string, unknown>>;
    return v === 1 && typeof agent === "string" && typeof payload === "string" ? agent : undefined;
  } catch {
    return undefined;
  }
}
