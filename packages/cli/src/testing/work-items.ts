import { openStore } from "@agentlog/durable-fs";
import { openRegistry, type SessionRegistry } from "@agentlog/session-registry";
import { openRegistryLog } from "../registry-log.js";
import { type Sandbox } from "./agentlog.js";

/** Makes a session by name with one event that has the name as its text; returns its id. */
export async function made(box: Sandbox, name: string): Promise<string> {
  const args = ["append", name, "--create", "--type", "note.added", "--data", JSON.stringify({ text: `of ${name}` })];
  return (await box.data(args)).session;
}

/** The ids that `find` answers with, the latest first. */
export async function found(box: Sandbox, ...args: readonly string[]): Promise<readonly string[]> {
  const { code, out } = await box.run(["find", ...args, "--json"]);
  const { ok, data } = JSON.parse(out) as { ok: boolean; data: { sessions: { session: string }[] } };
  if (!ok || code !== (data.sessions.length > 0 ? 0 : 1)) throw new Error(`find ${args.join(" ")}: ${code} ${out}`);
  return data.sessions.map(({ session }) => session);
}

/** Uses the registry of a sandbox's store as an agent's integration would; the store is made when there is none. */
export async function withRegistry<T>(box: Sandbox, use: (registry: SessionRegistry) => Promise<T>): Promise<T> {
  await using registry = openRegistry(openStore(box.store));
  return await use(registry);
}

/** Appends an event that counts to the registry's log, by hand: nothing has judged it. */
export async function appendByHand(box: Sandbox, event: object): Promise<void> {
  await using log = openRegistryLog(openStore(box.store));
  await log.append(event as Parameters<typeof log.append>[0]);
}
