import { agentlogError, isSessionId } from "@agentlog/types";
import { type SessionRecord } from "../contract.js";
import { type View } from "../view.js";

const PREFIX = "sess_";
const MOST_MATCHES = 10;
/** One more than are named: only their number is wanted of the rest. */
const MOST_COUNTED = 1000;

/** The records of the read model whose ids begin so. */
export type IdsFrom = (prefix: string, limit: number) => Promise<readonly string[]>;

/**
 * The session a person means: an alias, an id, or the beginning of one, with or without `sess_`. An alias counts first: it was
 * given to be used. Throws `NOT_FOUND`, `AMBIGUOUS_ID`.
 */
export async function lookUp(
  view: Pick<View, "surviving" | "scan">,
  idsFrom: IdsFrom,
  words: string,
): Promise<SessionRecord> {
  const given = words.trim();
  const [named] = given === "" ? [] : await view.scan("alias", { prefix: [given.normalize("NFC")], limit: 1 });
  const byAlias = named === undefined ? undefined : await view.surviving(named.key);
  if (byAlias !== undefined) return byAlias;
  const lower = given.toLowerCase();
  const prefix = lower.startsWith(PREFIX) ? lower : PREFIX + lower;
  // Nothing at all is a slip, not a prefix of everything.
  const ids = prefix === PREFIX ? [] : await idsFrom(prefix, MOST_COUNTED);
  const found = new Map<string, SessionRecord>();
  for (const id of ids.slice(0, isSessionId(prefix) ? 1 : MOST_MATCHES + 1)) {
    const record = await view.surviving(id);
    if (record !== undefined) found.set(record.session, record);
  }
  const shown = JSON.stringify(given.slice(0, 80));
  const [only] = found.values();
  if (only === undefined) {
    throw agentlogError("NOT_FOUND", `no session has the alias ${shown} or an id that begins so`, {
      what: "session",
      id: given.slice(0, 80),
    });
  }
  if (found.size === 1) return only;
  const matches = [...found.keys()].slice(0, MOST_MATCHES);
  throw agentlogError(
    "AMBIGUOUS_ID",
    `${ids.length} sessions begin with ${shown}, such as ${matches.slice(0, 3).join(", ")}: give more of the id`,
    { prefix: given.slice(0, 80), matches, total: ids.length },
  );
}
