import { basename, dirname, join } from "node:path";
import { currentProcess, fromSafeSegment, livenessOf, temporaryOwner } from "@agentlog/durable-fs";
import { isSessionId } from "@agentlog/types";
import { byteSize } from "../../text/time.js";
import { removing } from "../command.js";
import { counted } from "../../text/counted.js";
import { type Check, type Examined, type Found } from "../finding.js";
import { type Subject } from "../subject.js";
import { namesIn, type StoreEntry, walkStore } from "../walk.js";

/** What killed processes left, and what was set aside. */
export const leftoversCheck: Check = { name: "leftovers", ofStore: true, examine };

/** No write takes as long: a younger file may be one in progress in another container, whose pid means nothing here. */
const TEMPORARY_MS = 60_000;

function examine(subject: Subject): Examined {
  const { layout, disk } = subject;
  const temporary: string[] = [];
  const aside: string[] = [];
  const repairs: string[] = [];
  let kept = 0;
  let bytes = 0;
  for (const entry of layout === undefined ? [] : walkStore(layout.root, disk)) {
    const { path, name, stats } = entry;
    if (isLeftTemporary(subject, entry)) temporary.push(path);
    else if (/\.set-aside-\d{8}T\d{6}Z-[0-9a-f]{6}$/.test(name)) aside.push(path);
    else if (name.endsWith(".jsonl.before-repair")) repairs.push(path);
    else if (stats.isFile() && layout !== undefined && path.startsWith(join(layout.quarantineDir, "/"))) {
      kept += 1;
      bytes += stats.size;
    }
  }
  const quarantine = kept === 0 ? "quarantine is empty" : `${counted(kept, "file")} in quarantine, ${byteSize(bytes)}`;
  return {
    summary: quarantine,
    findings: [
      ...noSessions(subject),
      ...ofTemporary(temporary),
      ...ofAside(aside),
      ...repairs.map((path) => ofRepair(subject, path)),
    ],
    facts: { quarantine: kept, quarantineBytes: bytes },
  };
}

function isLeftTemporary({ disk, now }: Subject, { name, stats }: StoreEntry): boolean {
  const owner = temporaryOwner(name);
  if (owner === undefined || now - stats.mtimeMs < TEMPORARY_MS) return false;
  return livenessOf({ ...currentProcess(), ...owner }, disk) === "dead";
}

function ofTemporary(paths: readonly string[]): readonly Found[] {
  const [first] = paths;
  if (first === undefined) return [];
  const what = `${counted(paths.length, "temporary file")} of killed writers`;
  const why = "nothing reads them; what they were to replace is as it was";
  return [{ severity: "note", what, where: first, why, ...removing(paths) }];
}

function noSessions({ layout, disk }: Subject): readonly Found[] {
  const names = layout === undefined ? [] : namesIn(layout.sessionsDir, disk);
  const [first, ...others] = names.filter((name) => !isSessionId(fromSafeSegment(name)));
  if (first === undefined || layout === undefined) return [];
  const what = `${counted(others.length + 1, "name")} among the sessions that ${others.length === 0 ? "is no session's" : "are no sessions'"}`;
  const why = "no command reads what is there, and this version did not make it";
  return [{ severity: "note", what, where: join(layout.sessionsDir, first), why, advice: "move it out of the store" }];
}

function ofAside(paths: readonly string[]): readonly Found[] {
  const [first] = paths;
  if (first === undefined) return [];
  const what = `${counted(paths.length, "read model")} set aside because ${paths.length === 1 ? "it" : "they"} could not be read`;
  const why = "made anew from the log since; kept for whoever wants to know what happened";
  return [{ severity: "note", what, where: first, why, ...removing(paths, { folders: true }) }];
}

function ofRepair(subject: Subject, path: string): Found {
  const name = fromSafeSegment(basename(dirname(path))) ?? "";
  const mend = subject.command("repair", isSessionId(name) ? name : "--registry");
  return {
    severity: "problem",
    what: "a repair was killed before it was done",
    where: path,
    why: "what came to the old file in that moment is not in the new one yet",
    command: mend,
    advice: "or the next append, which finishes it",
  };
}
