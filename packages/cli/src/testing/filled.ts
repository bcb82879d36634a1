import { type Sandbox, sandbox } from "./agentlog.js";

/** A store with two sessions; the log of "s" is `file`. */
export async function filled(): Promise<{ box: Sandbox; file: string; ids: string[] }> {
  const box = sandbox();
  const ids = [];
  for (const name of ["s", "t"])
    ids.push((await box.data(["append", name, "--create", "--type", "note.added"])).session);
  return { box, file: await box.logFile("s"), ids };
}
