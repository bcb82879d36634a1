import { type Mend, removing } from "../command.js";
import { counted } from "../../text/counted.js";
import { type Check, type Examined, type Found } from "../finding.js";
import { type LooseEntry, looseEntries } from "../modes.js";
import { type Subject } from "../subject.js";

/** Whether what is in the store is its owner's alone. */
export const permissionsCheck: Check = { name: "permissions", ofStore: true, examine };

function examine(subject: Subject): Examined {
  const { layout, disk } = subject;
  const loose = layout === undefined ? [] : [...looseEntries(layout.root, disk)];
  const of = (...faults: readonly LooseEntry["fault"][]): readonly LooseEntry[] =>
    loose.filter(({ fault }) => faults.includes(fault));
  return {
    summary: loose.length === 0 ? "private" : `${loose.length} not as they should be`,
    findings: [
      ...tooWide(subject, of("others")),
      ...tooNarrow(subject, of("owner")),
      ...links(of("link", "no file")),
      ...foreign(of("foreign")),
      ...several(of("several names")),
    ],
    facts: { loose: loose.length },
  };
}

function tooWide(subject: Subject, entries: readonly LooseEntry[]): readonly Found[] {
  const writable = entries.filter(({ stats }) => (stats.mode & 0o022) !== 0).length;
  const what = `other users can reach ${kindsOf(entries)}${writable === 0 ? "" : `, and write to ${writable} of them`}`;
  const why = "sessions hold what was typed, read and printed; hooks and commands are to be the only writers";
  return one(entries, { severity: "problem", what, why, ...fixing(subject) });
}

function tooNarrow(subject: Subject, entries: readonly LooseEntry[]): readonly Found[] {
  const what = `you yourself cannot read or write ${kindsOf(entries)}`;
  const why = "what is in them cannot be answered from or added to";
  return one(entries, { severity: "problem", what, why, ...fixing(subject) });
}

function links(entries: readonly LooseEntry[]): readonly Found[] {
  const what = `${counted(entries.length, "symbolic link or special file", "symbolic links or special files")} in the store`;
  const why = "commands refuse them: what they lead to is not this store's";
  const paths = entries.map(({ path }) => path);
  return one(entries, {
    severity: "problem",
    what,
    why,
    ...removing(paths, { advice: "removes the link, not what it leads to" }),
  });
}

function foreign(entries: readonly LooseEntry[]): readonly Found[] {
  const what = `${kindsOf(entries)} belong to another user (${entries[0]?.stats.uid})`;
  const why = "commands refuse them, and --fix-permissions leaves them alone";
  const advice = "give them back to their owner with chown, as root; a command run with sudo may have made them";
  return one(entries, { severity: "problem", what, why, advice });
}

function several(entries: readonly LooseEntry[]): readonly Found[] {
  const what = `${counted(entries.length, "file")} with a second name elsewhere (hard links)`;
  const why = "what is written here is written there too, and the other name may be in another user's folder";
  const advice = "copy the file, and put the copy in its place";
  return one(entries, { severity: "problem", what, why, advice });
}

/** A folder without `store.json` is not taken for a store whose modes may be set. */
function fixing(subject: Subject): Mend {
  if (subject.state === "missing") return { advice: "have store.json made anew first, then look again" };
  return { command: subject.command("doctor", "--fix-permissions") };
}

/** One finding for all of a kind: a store restored from a backup may have thousands. */
function one(entries: readonly LooseEntry[], found: Omit<Found, "where">): readonly Found[] {
  const [first] = entries;
  if (first === undefined) return [];
  const more = entries.length === 1 ? "" : ` and ${entries.length - 1} more`;
  return [{ ...found, where: `${first.path}${more}` }];
}

function kindsOf(entries: readonly LooseEntry[]): string {
  const folders = entries.filter(({ stats }) => stats.isDirectory()).length;
  const files = entries.length - folders;
  return [files === 0 ? "" : counted(files, "file"), folders === 0 ? "" : counted(folders, "folder")]
    .filter(Boolean)
    .join(" and ");
}
