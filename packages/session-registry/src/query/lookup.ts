import { agentlogError, isSessionId } from "@agentlog/types";
import { type SessionRecord } from "../contract.js";
import { LONGEST_LABEL } from "../limits.js";
import { type View } from "../view.js";

const PREFIX = "sess_";
const MOST_MATCHES = 10;
/** Sessions that are counted; only some of them are named. */
const MOST_COUNTED = 1000;
/** Behind all ids that begin with what stands before it. */
const LAST = "\uFFFF";

/**
 * The session a person means: an alias, an id, or the beginning of one, with or without `sess_`. An alias counts first: it was
 * given to be used. Throws `NOT_FOUND`, `AMBIGUOUS_ID`.
 */
export async function lookUp(view: Pick<View, "surviving" | "scan">, words: string): Promise<SessionRecord> {
  const given = words.trim();
  // What no alias can be is not normalised: sorting its marks would take as long as somebody likes.
  const alias = given.length > 2 * LONGEST_LABEL ? given : given.normalize("NFC");
  const named = given === "" ? [] : await view.scan("alias", { prefix: [alias], limit: MOST_MATCHES });
  const [byAlias, another] = await survivors(
    view,
    named.map(({ key }) => key),
  );
  if (another !== undefined) throw ambiguous(given, named.length, [byAlias!, another]);
  if (byAlias !== undefined) return byAlias;

  const lower = given.toLowerCase();
  const prefix = lower.startsWith(PREFIX) ? lower : PREFIX + lower;
  // Nothing at all is a slip, not a prefix of everything.
  const ids = prefix === PREFIX ? [] : await idsFrom(view, prefix);
  const found = await survivors(view, ids);
  const [only] = found;
  if (only === undefined) {
    const id = given.slice(0, 80);
    const message = `no session has the alias ${JSON.stringify(id)} or an id that begins so`;
    throw agentlogError("NOT_FOUND", message, { what: "session", id });
  }
  if (found.length > 1) throw ambiguous(given, ids.length, found);
  return only;
}

/** Ids that begin so: a whole one by itself, else from the index alone, without reading records. */
async function idsFrom(view: Pick<View, "scan">, prefix: string): Promise<readonly string[]> {
  if (isSessionId(prefix)) return [prefix];
  const entries = await view.scan("id", { from: prefix, to: prefix + LAST, limit: MOST_COUNTED });
  return entries.map(({ key }) => key);
}

/** The sessions that these are or were merged into, each once, as many as are named to somebody. */
async function survivors(view: Pick<View, "surviving">, ids: readonly string[]): Promise<readonly SessionRecord[]> {
  const found = new Map<string, SessionRecord>();
  for (const id of ids) {
    const record = await view.surviving(id);
    if (record !== undefined) found.set(record.session, record);
    if (found.size > MOST_MATCHES) break;
  }
  return [...found.values()];
}

function ambiguous(given: string, total: number, found: readonly SessionRecord[]): Error {
  const matches = found.slice(0, MOST_MATCHES).map(({ session }) => session);
  const prefix = given.slice(0, 80);
  const message = `${total} sessions begin with ${JSON.stringify(prefix)} or have it as their alias, such as ${matches.slice(0, 3).join(", ")}: give more of the id`;
  return agentlogError("AMBIGUOUS_ID", message, { prefix, matches, total });
}
