import { basename, dirname, join } from "node:path";
import { inspectLock, type LockEntry } from "@agentlog/durable-fs";
import { removing } from "../command.js";
import { counted } from "../../text/counted.js";
import { type Check, type Examined, type Found } from "../finding.js";
import { type Subject } from "../subject.js";
import { walkStore } from "../walk.js";

/** Whether a lock is held by somebody who is gone. A living holder is nobody's concern. */
export const locksCheck: Check = { name: "locks", ofStore: true, examine };

function examine(subject: Subject): Examined {
  const { layout, disk } = subject;
  const paths = layout === undefined ? [] : lockPaths(subject, layout.root);
  const findings: Found[] = [];
  let held = 0;
  for (const path of paths) {
    const { owners, prepared, foreign } = inspectLock(path, { disk });
    held += owners.filter(({ liveness }) => liveness === "alive").length;
    findings.push(
      ...ofDead(path, owners),
      ...ofUnknown(path, owners),
      ...leftBehind(prepared),
      ...inTheWay(path, foreign),
    );
  }
  return { summary: held === 0 ? "none held" : `${held} held by living processes`, findings, facts: { held } };
}

/** Every lock that left a trace: its directory, or one that was prepared to take it with. */
function lockPaths(subject: Subject, root: string): readonly string[] {
  const paths = new Set<string>();
  for (const { path, name, stats } of walkStore(root, subject.disk)) {
    if (!stats.isDirectory()) continue;
    const [, lock] = /^(.+?)\.o1\.\d/.exec(name) ?? [];
    if (lock !== undefined) paths.add(join(dirname(path), lock));
    else if (name.endsWith(".lock") || basename(dirname(path)) === ".locks") paths.add(path);
  }
  return [...paths];
}

function ofDead(path: string, owners: readonly LockEntry[]): readonly Found[] {
  return owners
    .filter(({ liveness }) => liveness === "dead")
    .map((owner) => ({
      severity: "note",
      what: `process ${owner.pid} died while it held the lock ${basename(path)}`,
      where: owner.path,
      why: "harmless: whoever wants the lock next takes it over at once",
      ...removing([owner.path], { advice: "or the next append, which removes it by itself" }),
    }));
}

function ofUnknown(path: string, owners: readonly LockEntry[]): readonly Found[] {
  return owners
    .filter(({ liveness }) => liveness === "unknown")
    .map((owner) => ({
      severity: "note",
      what: `process ${owner.pid} of another machine, container or boot holds the lock ${basename(path)}`,
      where: owner.path,
      why: "if it is gone, the next writer waits some ten seconds before it takes the lock over",
      ...removing([owner.path], { advice: "only if nothing but this machine uses the store" }),
    }));
}

function leftBehind(prepared: readonly LockEntry[]): readonly Found[] {
  const dead = prepared.filter(({ liveness }) => liveness === "dead").map(({ path }) => path);
  const [first] = dead;
  if (first === undefined) return [];
  return [
    {
      severity: "note",
      what: `dead processes left ${counted(dead.length, "folder")} with which they wanted to take a lock`,
      where: first,
      why: "harmless: a few bytes each",
      ...removing(dead, { folders: true, advice: "or the next append, which removes them by itself" }),
    },
  ];
}

function inTheWay(path: string, foreign: readonly string[]): readonly Found[] {
  if (foreign.length === 0) return [];
  return [
    {
      severity: "problem",
      what: `${counted(foreign.length, "file")} in the lock ${basename(path)} that no lock puts there`,
      where: foreign[0] ?? path,
      why: "it looks like a holder who never lets go: every writer waits until its time is over",
      ...removing(foreign, { folders: true, advice: "look at what it is first" }),
    },
  ];
}
