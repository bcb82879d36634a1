import { toWords } from "@agentlog/projection";
import { agentlogError } from "@agentlog/types";
import { type FindFilter, type SessionRecord } from "../contract.js";
import { LONGEST_LABEL } from "../limits.js";
import { instant } from "../fields.js";
import { directoriesAbove, isWithin, sessionCollection } from "../fold/collection.js";

/** Part of an index whose entries are in the order of progress. */
export interface Listed {
  readonly index: string;
  readonly prefix: readonly string[];
}

/** What is asked for, ready to be looked up. */
export interface Query {
  readonly alias: string | undefined;
  /** Undefined without a text; empty for one that has no word, which nothing has. */
  readonly words: readonly string[] | undefined;
  /** Whoever is in all of these passes, but for what only the record itself can tell. */
  readonly lists: readonly Listed[];
  readonly from?: string;
  readonly to?: string;
  readonly matches: (record: SessionRecord) => boolean;
}

/** Throws `USAGE` for a time that is none. */
export function toQuery(filter: FindFilter): Query {
  const { agent, activity, outcome, branch, cwd } = filter;
  const [alias, task, project] = [filter.alias, filter.task, filter.project].map(asLabel);
  const words = filter.text === undefined ? undefined : toWords(filter.text);
  const bounds = { ...bound(filter.since, "since"), ...bound(filter.until, "until") };
  const directory = cwd === undefined ? undefined : directoriesAbove(cwd).at(-1);

  const lists: Listed[] = [];
  const listed = (index: string, value: string | undefined): void => {
    if (value !== undefined) lists.push({ index, prefix: [value] });
  };
  listed("task", task);
  listed("project", project);
  listed("branch", branch);
  listed("cwd", directory);
  listed("agent", agent);
  listed("outcome", outcome);
  listed("activity", activity);
  if (lists.length === 0) lists.push({ index: "recent", prefix: [] });

  const tests: ((record: SessionRecord) => boolean)[] = [({ mergedInto }) => mergedInto === undefined];
  if (alias !== undefined) tests.push((record) => record.alias === alias);
  if (task !== undefined) tests.push(({ tasks }) => tasks.includes(task));
  if (project !== undefined) tests.push(({ projects }) => projects.includes(project));
  if (branch !== undefined) tests.push((record) => record.branch === branch || record.branchAtStart === branch);
  if (cwd !== undefined) tests.push((record) => record.cwd !== undefined && isWithin(record.cwd, cwd));
  if (agent !== undefined)
    tests.push((record) => record.agent === agent || record.natives.some((one) => one.agent === agent));
  if (outcome !== undefined) tests.push((record) => record.outcome === outcome);
  if (activity !== undefined) tests.push((record) => record.activity === activity);
  const { from, to } = bounds;
  if (from !== undefined) tests.push(({ progress }) => progress >= from);
  if (to !== undefined) tests.push(({ progress }) => progress < to);
  if (words !== undefined) tests.push((record) => hasWords(record, words));
  return { alias, words, lists, ...bounds, matches: (record) => tests.every((test) => test(record)) };
}

/** As aliases, tasks and projects are kept. */
function asLabel(given: string | undefined): string | undefined {
  const label = given?.trim();
  return label === undefined || label.length > 2 * LONGEST_LABEL ? label : label.normalize("NFC");
}

const PLAIN = /^[\s -~]*$/;

function hasWords(record: SessionRecord, words: readonly string[]): boolean {
  const texts = sessionCollection.text?.(record) ?? [];
  // A plain text that does not hold a word in any place has no word that begins with it: most records are passed by so.
  if (texts.every((text) => PLAIN.test(text))) {
    const plain = texts.join(" ").toLowerCase();
    if (words.some((word) => !plain.includes(word))) return false;
  }
  const own = texts.flatMap((text) => toWords(text));
  return words.every((word) => own.some((one) => one.startsWith(word)));
}

function bound(text: string | undefined, name: "since" | "until"): { readonly from?: string; readonly to?: string } {
  if (text === undefined) return {};
  const at = instant(text);
  if (at !== undefined) return name === "since" ? { from: at } : { to: at };
  const hint = "give a time such as 2026-07-01T12:00:00Z";
  throw agentlogError("USAGE", `${name} is no point in time; ${hint}`, { hint });
}
