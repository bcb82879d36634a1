import { dirname } from "node:path";
import { isAgentlogError } from "@agentlog/types";
import { type Check, type Examined, type Found } from "../finding.js";
import { type Mend } from "../command.js";
import { quoteForShell } from "../../install/command-line.js";
import { isOwnName, namesIn } from "../walk.js";
import { type Subject } from "../subject.js";

const RULES = {
  argument: "given by --store",
  environment: "given by AGENTLOG_HOME",
  ancestor: "the nearest .agentlog above this folder",
  home: "the default",
} as const;

/** Which store it is and why, and whether commands can open it. */
export const storeCheck: Check = { name: "store", ofStore: false, examine };

function examine(subject: Subject): Examined {
  const { resolved, state, opened, refusal } = subject;
  if (resolved === undefined) return { summary: "there is no place for one", findings: [noPlace(refusal)] };
  const { root, rule, note } = resolved;
  const how = { open: `format ${opened?.format ?? "?"}`, missing: "not made yet", refused: "refused", nowhere: "" }[
    state
  ];
  return {
    summary: `${root}, ${RULES[rule]}; ${how}`,
    findings: [
      ...ignored(note),
      ...unusable(subject, root),
      ...parentOf(subject, root),
      ...otherWarnings(subject, root),
      ...foreignNames(subject, root),
    ],
    facts: { root, rule, note, state, format: opened?.format },
  };
}

function noPlace(refusal: Error | undefined): Found {
  return {
    severity: "problem",
    what: refusal?.message ?? "no place for a store can be told",
    where: "the environment",
    why: "no command and no hook can record or read anything",
  };
}

function ignored(note: string | undefined): readonly Found[] {
  if (note === undefined) return [];
  const why = "what is recorded here goes to the store above, not to that one";
  return [{ severity: "note", what: note, where: "this folder", why }];
}

function unusable(subject: Subject, root: string): readonly Found[] {
  const { state, refusal, layout } = subject;
  if (state === "refused" && refusal !== undefined) return [refused(subject, root, refusal)];
  if (state !== "missing") return [];
  if (layout === undefined) {
    const why = "nothing was recorded yet; the first command that records makes it";
    const command = subject.command("import");
    return [{ severity: "note", what: "there is no store yet", where: root, why, command }];
  }
  return [
    {
      severity: "problem",
      what: "store.json is gone from a store that has other files",
      where: layout.storeFile,
      why: "commands take it for no store until it is made anew; what is in it is kept",
      ...making(subject, root),
    },
  ];
}

/** What makes `store.json` anew, after what must be done before. A folder with somebody else's files in it is not made a store. */
function making({ disk }: Subject, root: string, before: readonly string[] = []): Mend {
  const foreign = namesIn(root, disk).find((name) => !isOwnName(name));
  if (foreign !== undefined)
    return { advice: `move ${foreign} and what else is not the store's out of it, then look again` };
  return { command: [...before, quoteForShell(["agentlog", "init", "--store", root])].join(" && ") };
}

function refused(subject: Subject, root: string, refusal: Error): Found {
  const found: Found = {
    severity: "problem",
    what: refusal.message,
    where: root,
    why: "every command refuses this store, and hooks record nothing",
  };
  if (isAgentlogError(refusal, "UNSAFE_PATH") && /written to by other users/.test(refusal.reason)) {
    const advice = "others may have put anything there: look at what is in it first";
    return { ...found, command: subject.command("doctor", "--fix-permissions"), advice };
  }
  if (isAgentlogError(refusal, "STORE_FORMAT") && refusal.found === "damaged") {
    // Not beside it: in a store without store.json that would be somebody else's file.
    const move = quoteForShell(["mv", "--", refusal.path, `${root}.store.json.damaged`]);
    return { ...found, ...making(subject, root, [move]) };
  }
  return found;
}

/** The store warns of a parent that others can write to in the moment it is opened; here the command for it is wanted. */
function parentOf({ opened, disk }: Subject, root: string): readonly Found[] {
  const parent = dirname(root);
  if (opened?.warnings.some((warning) => warning.startsWith(`${parent} can be written to`)) !== true) return [];
  return [
    {
      severity: "problem",
      what: "the folder around the store can be written to by other users",
      where: parent,
      why: "they could put another store in its place",
      command: quoteForShell(["chmod", "go-w", disk.realpathSync(parent)]),
    },
  ];
}

/** Of what a store warns of besides its parent, and the network file system, which has a check of its own. */
function otherWarnings({ opened }: Subject, root: string): readonly Found[] {
  const known = [`${dirname(root)} can be written to`, `${root} is on a network file system`];
  const why = "the store works, and not as safely as it should";
  return (opened?.warnings ?? [])
    .filter((warning) => !known.some((beginning) => warning.startsWith(beginning)))
    .map((what) => ({ severity: "problem", what, where: root, why }));
}

function foreignNames({ layout, disk }: Subject, root: string): readonly Found[] {
  const names = layout === undefined ? [] : namesIn(root, disk).filter((name) => !isOwnName(name));
  if (names.length === 0) return [];
  const what = `not the store's own: ${names.slice(0, 5).join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}`;
  return [{ severity: "note", what, where: root, why: "nothing of agentlog reads it, and doctor does not look at it" }];
}
